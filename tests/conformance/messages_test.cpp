// Group 1.4, messages: one test a feature. What each means in detail: signals_test, updates_test, queries_test.

#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::client::QueryRejected;
using durable::client::RejectIf;
using durable::client::StartOptions;
using durable::client::UpdateStage;
using durable::client::WaitFor;
using durable::store::SendResult;
using durable::testing::TestEnvironment;
using Outcome = durable::store::StartResult::Outcome;
using Amounts = std::vector<int>;

StartOptions called(const std::string& id) {
    return {.workflow = durable::WorkflowId{id}};
}

constexpr durable::WorkflowType<std::string, std::string> teller{"teller"};

/// Tells the till, then asks it to stop; how both went.
Task<std::string> tell(Workflow& wf, std::string whom) {
    const durable::WorkflowId other{whom};
    const auto told = co_await wf.attempt(wf.signal_workflow(other, amount, 7));
    const auto asked = co_await wf.attempt(wf.cancel_workflow(other, "enough"));
    co_return (told.ok() ? "told" : told.failure().type) + ", " +
        (asked.ok() ? "asked" : asked.failure().type);
}

constexpr durable::Activity<std::string, Nothing> post_result{
    "post_result", {.start_to_close = 10s, .initial_interval = 1s, .maximum_interval = 1h}};
constexpr durable::WorkflowType<std::string, Nothing> callback{"callback"};
constexpr durable::WorkflowType<Nothing, int> reporting{"reporting"};

Task<Nothing> run_callback(Workflow& wf, std::string message) {
    co_return co_await wf.run(post_result, message);
}
Task<int> run_reporting(Workflow& wf, Nothing) {
    static_cast<void>(
        co_await wf.start_child(callback, "the answer is 42",
                                {.workflow = durable::WorkflowId{"callback-" + wf.info().workflow.value},
                                 .parent_close = durable::ParentClosePolicy::abandon}));
    co_return 42;
}

}  // namespace

TEST_CASE("1.4 signal: durable when the call returns, received once for a request id") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.client().start(till, {.left = 2}, called("till")).run;  // no worker yet
    CHECK(env.client().signal(ref(run), amount, 5, "ticket-1") == SendResult::delivered);
    CHECK(env.client().signal(ref(run), amount, 5, "ticket-1") == SendResult::duplicate);
    CHECK(number(env, "select count(*) from engine.inbox") == 1);
    CHECK(env.client().signal(named("till"), amount, 6) == SendResult::delivered);
    env.settle();
    CHECK(env.result(till, run) == Amounts{5, 6});
    CHECK(count(env, run, "SignalReceived") == 2);
    CHECK(env.client().signal(ref(run), amount, 5, "ticket-2") == SendResult::closed);
}

TEST_CASE(
    "1.4 signal-with-start: the open run is signalled, or one is started that finds the signal waiting") {
    TestEnvironment env;
    add_till(env);
    const auto send = [&env](int value) {
        return env.client().signal_with_start(till, {.left = 2}, called("till"), amount, value);
    };
    const auto first = send(1);
    const auto second = send(2);
    CHECK(first.start.outcome == Outcome::started);
    CHECK(second.start.outcome == Outcome::existing);
    CHECK(second.start.run == first.start.run);
    env.settle();
    CHECK(env.result(till, first.start.run) == Amounts{1, 2});
    CHECK(send(3).start.outcome == Outcome::started);
}

TEST_CASE("1.4 query: the code answers in the process that asks, open or closed, without a worker") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 2}, "till");
    env.signal(run, amount, 5);
    env.settle();
    CHECK(env.query(run, taken, {}) == Amounts{5});
    env.signal(run, amount, 6);
    env.result(till, run);
    const auto events = env.client().describe(ref(run))->events;
    CHECK(env.query(run, taken, {}) == Amounts{5, 6});
    CHECK(env.client().describe(ref(run))->events == events);

    durable::client::Client elsewhere{{.connection_string = env.database().url()}};
    CHECK(elsewhere.query(env.workflows(), named("till"), taken, {}) == Amounts{5, 6});
}

TEST_CASE("1.4 query rejection: by the state that the caller excludes, and the state is told") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 1}, "till");
    const auto ask = [&](RejectIf reject) {
        return env.client().query(env.workflows(), ref(run), "taken", {}, {}, reject).result.json;
    };
    env.settle();
    CHECK(ask(RejectIf::not_open) == "[]");
    CHECK(env.client().terminate(ref(run), "enough", "test") == SendResult::delivered);
    CHECK(ask(RejectIf::never) == "[]");
    for (const RejectIf reject : {RejectIf::not_open, RejectIf::not_completed_cleanly}) {
        try {
            static_cast<void>(ask(reject));
            FAIL("it was answered");
        } catch (const QueryRejected& rejected) {
            CHECK(rejected.status() == durable::replay::RunStatus::terminated);
        }
    }
}

TEST_CASE("1.4 update: checked, taken on, answered; a rejected one leaves no trace; once for its id") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 2}, "till");
    CHECK(env.client().update(ref(run), pay, 5, {.id = "u-1"}) == 1);
    CHECK(env.client().update(ref(run), pay, 5, {.id = "u-1"}) == 1);
    const auto events = env.client().describe(ref(run))->events;
    CHECK_THROWS_AS(env.client().update(ref(run), pay, -5), durable::client::UpdateRefused);
    CHECK(env.client().describe(ref(run))->events == events);
    CHECK(env.client().update(ref(run), pay_by_card, 6) == 2);
    CHECK(env.result(till, run) == Amounts{5, 6});
}

TEST_CASE("1.4 update-with-start: one atomic operation; the second one attaches to the run") {
    TestEnvironment env;
    add_till(env);
    env.settle();  // the worker runs
    const auto send = [&env](int value, const std::string& id) {
        return env.client().update_with_start("till", durable::encode(Till{.left = 3}), called("till"), "pay",
                                              durable::encode(value), {.id = id});
    };
    const auto first = send(4, "u-1");
    const auto second = send(5, "u-2");
    CHECK(first.start.outcome == Outcome::started);
    CHECK(first.update.result.json == "1");
    CHECK(second.start.outcome == Outcome::existing);
    CHECK(second.start.run == first.start.run);
    CHECK(second.update.result.json == "2");
    CHECK(send(4, "u-1").update.result.json == "1");

    pqxx::connection connection{env.database().url()};
    {
        pqxx::work tx{connection};
        const auto begun = env.client().update_with_start(tx, "till", durable::encode(Till{}),
                                                          called("other"), "pay", durable::encode(1), "u-3");
        CHECK(begun.start.outcome == Outcome::started);
    }
    CHECK_FALSE(env.client().resolve(named("other")));
    CHECK(number(env, "select count(*) from engine.updates") == 2);
}

TEST_CASE("1.4 cross-workflow signal and cancel: each reaches the other run once, and the sender is told") {
    TestEnvironment env;
    add_till(env);
    env.add(teller, tell);
    const auto run = env.start(till, {.left = 9}, "till");
    CHECK(env.result(teller, env.start(teller, "till", "teller-1")) == "told, asked");
    CHECK(env.outcome(run).status == durable::replay::RunStatus::canceled);
    CHECK(count(env, run, "SignalReceived") == 1);
    CHECK(count(env, run, "CancelRequested") == 1);
    CHECK(env.query(run, taken, {}) == Amounts{7});
    CHECK(env.result(teller, env.start(teller, "nobody", "teller-2")) ==
          "WorkflowNotFound, WorkflowNotFound");
}

TEST_CASE("1.4 name spaces: one workflow id in two of them is two runs; a caller reaches both") {
    TestEnvironment env;
    add_till(env);
    StartOptions there = called("till");
    there.name_space = "branch";
    const auto here = env.start(till, {.left = 1}, "till");
    const auto other = env.client().start(till, {.left = 1}, there);
    CHECK(other.outcome == Outcome::started);
    durable::client::RunRef to = named("till");
    to.name_space = "branch";
    CHECK(env.client().signal(to, amount, 2) == SendResult::delivered);
    CHECK(env.client().signal(named("till"), amount, 1) == SendResult::delivered);
    CHECK(env.result(till, other.run) == Amounts{2});
    CHECK(env.result(till, here) == Amounts{1});
}

TEST_CASE("1.4 completion callback: a child that outlives its parent delivers the result, 1 s to 1 h apart") {
    TestEnvironment env;
    env.add(reporting, run_reporting);
    env.add(callback, run_callback);
    auto posted = env.fake(post_result, [](const std::string&) { return Nothing{}; }).fails(30);
    const auto run = env.start(reporting, {}, "report");
    CHECK(env.result(reporting, run) == 42);
    env.result(callback, *env.client().resolve(named("callback-report")));
    CHECK(posted.inputs().back() == "the answer is 42");
    CHECK(posted.calls() == 31);
    CHECK(posted.effects() == 1);
    CHECK(env.elapsed() >= 18h);  // 12 back-offs below an hour, 18 of one
}

TEST_CASE("1.4 ingress: a start and a signal are SQL functions, part of any program's transaction") {
    TestEnvironment env;
    add_till(env);
    pqxx::connection connection{env.database().url()};
    {
        pqxx::work tx{connection};
        tx.exec("select engine.start_workflow('tenant-1', 'till', 'till-0', '{\"left\": 1}')");
    }
    pqxx::work tx{connection};
    tx.exec("select engine.start_workflow('tenant-1', 'till', 'till-1', '{\"left\": 1}')");
    tx.exec("select engine.signal_workflow('tenant-1', 'till-1', 'amount', '8')");
    tx.commit();
    CHECK_FALSE(env.client().resolve(named("till-0")));
    env.settle();
    CHECK(env.result(till, *env.client().resolve(named("till-1"))) == Amounts{8});
}

TEST_CASE("1.4 waiting for a result: whoever waits is told at the end, over all runs of the chain") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 3, .a_run = 1}, "till");
    CHECK_THROWS_AS(env.client().wait_result(ref(run), 1ms), durable::client::WaitTimedOut);
    CHECK_THROWS_AS(env.client().wait_result(named("nobody"), 1ms), durable::client::NotFound);
    for (const int value : {1, 2, 3}) env.signal(run, amount, value);
    const auto ended = env.client().wait_result(ref(run), 60s);
    CHECK(ended.status == durable::replay::RunStatus::completed);
    CHECK(ended.run != run);
    CHECK(durable::decode<Amounts>(ended.result) == Amounts{1, 2, 3});
}

}  // namespace conformance
