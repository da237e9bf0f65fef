// Semantics 2.3 and 2.4: the order of signals, their buffer, their ids; what goes along when a run goes on
// as new. Signals that meet a turn of the code: signals_under_way_test.cpp.

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::client::Client;
using durable::client::StartOptions;
using durable::store::SendResult;
using durable::testing::TestEnvironment;
using Amounts = std::vector<int>;
using Texts = std::vector<std::string>;

constexpr durable::Signal<int> first_name{"zulu"};
constexpr durable::WorkflowType<int, int> counter{"counter"};
constexpr durable::WorkflowType<Nothing, int> latecomer{"latecomer"};
constexpr durable::WorkflowType<Amounts, Amounts> drainer{"drainer"};
constexpr durable::WorkflowType<int, int> onward{"onward"};
constexpr durable::SearchKey<std::string> customer{"Customer"};
constexpr durable::SearchKey<std::string> stage{"Stage"};
constexpr durable::Activity<Nothing, Nothing> ring{"ring", {.start_to_close = 30s}};

Task<Nothing> count_amounts(Workflow& wf, int& seen) {
    while (true) {
        co_await wf.signals(amount).receive();
        ++seen;
    }
}

/// How many had been counted when the condition "at least so many" was first seen to hold.
Task<int> run_counter(Workflow& wf, int at_least) {
    int& seen = wf.keep(0);
    int& found = wf.keep(0);
    co_await wf.any(count_amounts(wf, seen), wf.wait_until([&seen, at_least] { return seen >= at_least; }));
    found = seen;
    co_return found;
}

/// Listens only after an activity; gives the number of amounts that it has seen by then.
Task<int> run_latecomer(Workflow& wf, Nothing) {
    co_await wf.run(ring, {});
    int seen = 0;
    while (wf.signals(amount).try_receive()) ++seen;
    co_return seen;
}

/// Before it goes on as new it takes all that have been delivered; the second run gives them.
Task<Amounts> run_drainer(Workflow& wf, Amounts seen) {
    if (!seen.empty()) co_return seen;
    seen.push_back(co_await wf.signals(amount).receive());
    while (const auto next = wf.signals(amount).try_receive()) seen.push_back(*next);
    wf.continue_as_new(seen);
}

/// Goes on as new every hour, and sets one of its attributes anew.
Task<int> run_onward(Workflow& wf, int left) {
    co_await wf.sleep(1h);
    wf.set_attribute(stage, "later");
    if (left > 0) wf.continue_as_new(left - 1);
    co_return 42;
}

StartOptions called(const std::string& id) {
    return {.workflow = durable::WorkflowId{id}};
}

std::string text_of(const durable::history::SignalReceived& signal) {
    return signal.name + " " + signal.input.json;
}
/// As the run's first event tells.
durable::history::WorkflowStarted start_of(TestEnvironment& env, durable::RunId run) {
    return std::get<durable::history::WorkflowStarted>(env.history(run).at(0).arrived.at(0));
}
/// Everything that a start can be given.
StartOptions given_everything() {
    StartOptions options = called("onward");
    options.name_space = "shop";
    options.tenant = durable::Tenant{"org-7"};
    options.queue = "night";
    options.run_timeout = 3h;
    options.execution_timeout = 48h;
    options.retry = durable::RetryPolicy{.initial_interval = 7s, .maximum_attempts = 4};
    options.on_mismatch = durable::MismatchPolicy::fail;
    options.attributes = {customer("acme"), stage("first")};
    options.share = {.priority = 2, .fairness_key = "vip", .weight = 2.5};
    options.limit = durable::RunLimit{"two at once", 2};
    return options;
}

/// The signals that a run has handed on to the next one.
Texts carried_by(TestEnvironment& env, durable::RunId run) {
    const auto history = env.history(run);
    const auto& end = std::get<durable::history::WorkflowContinuedAsNew>(history.back().commands.back());
    Texts texts;
    for (const auto& signal : end.signals) texts.push_back(text_of(signal));
    return texts;
}

}  // namespace

TEST_CASE("2.3 signals: with senders at the same time each sender's order is kept, and none is lost") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 120}, "till");
    std::vector<std::jthread> senders;
    for (int who = 0; who < 4; ++who) {
        senders.emplace_back([url = env.database().url(), run, who] {
            Client client{{.connection_string = url}};
            for (int i = 0; i < 30; ++i) client.signal(ref(run), amount, who * 100 + i);
        });
    }
    senders.clear();
    Amounts next(4, 0);
    for (const int value : env.result(till, run))
        CHECK(value % 100 == next[static_cast<std::size_t>(value / 100)]++);
    CHECK(next == Amounts{30, 30, 30, 30});
}

TEST_CASE("2.3 signals: buffered for a handler that does not listen yet, and before the code runs at all") {
    TestEnvironment env;
    env.add(latecomer, run_latecomer);
    auto rung = env.fake(ring, [](const Nothing&) { return Nothing{}; });
    const auto run = env.client().start(latecomer, Nothing{}, called("latecomer")).run;
    for (int i = 0; i < 3; ++i) env.client().signal(ref(run), amount, i);
    env.settle();
    CHECK(env.result(latecomer, run) == 3);
    CHECK(rung.calls() == 1);
}

TEST_CASE("2.3 signals: a turn of the code gets all that has arrived; conditions are looked at only then") {
    TestEnvironment env;
    env.add(counter, run_counter);
    const auto run = env.client().start(counter, 1, called("counter")).run;
    for (int i = 0; i < 5; ++i) env.client().signal(ref(run), amount, i);
    env.settle();
    CHECK(env.result(counter, run) == 5);
    CHECK(env.history(run).size() == 2);
}

TEST_CASE("2.3 signals: a closed run and an unknown one take none; each is told apart") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 0}, "till");
    env.result(till, run);
    CHECK(env.client().signal(ref(run), amount, 1) == SendResult::closed);
    CHECK(env.client().signal(named("till"), amount, 1) == SendResult::closed);
    CHECK(env.client().signal(named("nobody"), amount, 1) == SendResult::not_found);
}

TEST_CASE("2.3 signal-with-start: all or nothing, and of many at the same time one starts") {
    TestEnvironment env;
    add_till(env);
    pqxx::connection connection{env.database().url()};
    {
        pqxx::work tx{connection};
        env.client().signal_with_start(tx, "till", durable::encode(Till{.left = 4}), called("till"), "amount",
                                       durable::encode(9));
    }
    CHECK(number(env, "select (select count(*) from engine.runs) + (select count(*) from engine.inbox)") ==
          0);
    std::atomic<int> started{0};
    std::vector<std::jthread> senders;
    for (int who = 0; who < 4; ++who) {
        senders.emplace_back([&started, url = env.database().url(), who] {
            Client client{{.connection_string = url}};
            const auto sent = client.signal_with_start(till, {.left = 4}, called("till"), amount, who);
            if (sent.start.outcome == durable::store::StartResult::Outcome::started) ++started;
        });
    }
    senders.clear();
    CHECK(started == 1);
    env.settle();
    Amounts all = env.result(till, *env.client().resolve(named("till")));
    std::ranges::sort(all);
    CHECK(all == Amounts{0, 1, 2, 3});
}

// --- 2.4 -------------------------------------------------------------------------------------------------------------

TEST_CASE("2.4 continue-as-new: what is unread goes along in order, also names that nobody has listened to") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.client().start(till, {.left = 3, .a_run = 1}, called("till")).run;
    env.client().signal(ref(run), amount, 1);
    env.client().signal(ref(run), amount, 2);
    env.client().signal(ref(run), first_name, 9);
    env.client().signal(ref(run), amount, 3);
    env.settle();
    CHECK(env.result(till, run) == Amounts{1, 2, 3});
    CHECK(carried_by(env, run) == Texts{"amount 2", "zulu 9", "amount 3"});
    CHECK(number(env, "select count(*) from engine.closed_runs where status = 'continued_as_new'") == 2);
    must_be_sound(env);
}

TEST_CASE("2.4 continue-as-new: a request id counts once for the whole chain, by name and by any run's id") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 3, .a_run = 1}, "till");
    env.client().signal(ref(run), amount, 1, "one");
    env.settle();
    CHECK(*env.client().resolve(named("till")) != run);
    CHECK(env.client().signal(named("till"), amount, 1, "one") == SendResult::duplicate);
    CHECK(env.client().signal(ref(run), amount, 2, "two") == SendResult::delivered);
    CHECK(env.client().signal(ref(run), amount, 3, "three") == SendResult::delivered);
    CHECK(env.result(till, run) == Amounts{1, 2, 3});
}

TEST_CASE("2.4 continue-as-new: draining first is a loop of the author's, and leaves nothing unread") {
    TestEnvironment env;
    env.add(drainer, run_drainer);
    const auto run = env.client().start(drainer, {}, called("drainer")).run;
    for (int i = 0; i < 50; ++i) env.client().signal(ref(run), amount, i);
    env.settle();
    CHECK(env.result(drainer, run).size() == 50);
    CHECK(carried_by(env, run).empty());
}

TEST_CASE(
    "2.4 continue-as-new: all that the start was given carries over, and the code's own changes of it") {
    TestEnvironment env;
    env.add(onward, run_onward);
    env.configure([](durable::worker::WorkerOptions& options) { options.queue = "night"; });
    const StartOptions given = given_everything();
    const auto first = env.client().start(onward, 2, given).run;
    env.skip(150min);
    const auto now = env.client().describe(ref(env.client().describe(ref(first))->continued_as.value()));
    REQUIRE(now->run != first);
    const auto start = start_of(env, now->run);
    CHECK(now->status == durable::replay::RunStatus::running);
    CHECK(now->name_space == given.name_space);
    CHECK(now->workflow == given.workflow);
    CHECK(start.tenant == given.tenant.value);
    CHECK(start.queue == given.queue);
    CHECK(start.retry == given.retry);
    CHECK(start.on_mismatch == given.on_mismatch);
    CHECK(start.attributes == std::vector{customer("acme"), stage("later")});
    CHECK(start.limit == given.limit);
    CHECK(start.execution_timeout == given.execution_timeout);
    CHECK(start.execution_deadline == start_of(env, first).execution_deadline);
    CHECK(start.run_timeout == given.run_timeout);
    CHECK(*start.run_deadline >= *start_of(env, first).run_deadline + 2h);
    CHECK(
        number(env,
               "select count(*) from engine.live_runs "
               "where queue = 'night' and priority = 2 and fairness_key = 'vip' and fairness_weight = 2.5") ==
        1);
    CHECK(env.result(onward, first) == 42);
}

}  // namespace conformance
