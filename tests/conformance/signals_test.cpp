// Semantics 2.3 and 2.4: the order of signals, their buffer, their ids; what becomes of them when a run ends, and when
// it goes on as new.

#include <algorithm>
#include <atomic>
#include <thread>

#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::ApplicationError;
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
constexpr durable::Signal<int> second_name{"alpha"};
constexpr durable::WorkflowType<int, int> counter{"counter"};
constexpr durable::WorkflowType<std::string, int> leaver{"leaver"};
constexpr durable::WorkflowType<Amounts, Amounts> drainer{"drainer"};
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

/// Ends after an activity, in the given way, with the number of amounts that it has seen by then.
Task<int> run_leaver(Workflow& wf, std::string way) {
    co_await wf.run(ring, {});
    int seen = 0;
    while (wf.signals(amount).try_receive()) ++seen;
    if (way == "fail") throw ApplicationError("Left", std::to_string(seen));
    co_return seen;
}

/// Before it goes on as new it takes all that have been delivered; the second run gives them.
Task<Amounts> run_drainer(Workflow& wf, Amounts seen) {
    if (!seen.empty()) co_return seen;
    seen.push_back(co_await wf.signals(amount).receive());
    while (const auto next = wf.signals(amount).try_receive()) seen.push_back(*next);
    wf.continue_as_new(seen);
}

StartOptions called(const std::string& id) {
    return {.workflow = durable::WorkflowId{id}};
}

std::string text_of(const durable::history::SignalReceived& signal) {
    return signal.name + " " + signal.input.json;
}
/// The signals that a run has handed on to the next one.
Texts carried_by(TestEnvironment& env, durable::RunId run) {
    const auto history = env.history(run);
    const auto& end = std::get<durable::history::WorkflowContinuedAsNew>(history.back().commands.back());
    Texts texts;
    for (const auto& signal : end.signals) texts.push_back(text_of(signal));
    return texts;
}
Texts names_of_signals(TestEnvironment& env, durable::RunId run) {
    Texts names;
    for (const auto& activation : env.history(run)) {
        for (const auto& event : activation.arrived) {
            const auto* signal = std::get_if<durable::history::SignalReceived>(&event);
            if (signal != nullptr) names.push_back(text_of(*signal));
        }
    }
    return names;
}

}  // namespace

TEST_CASE("2.3 signals: the order is that of the commits, whatever their names and whoever began first") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.client().start(till, {.left = 1}, called("till")).run;
    pqxx::connection early{env.database().url()};
    pqxx::work began_first{early};
    began_first.exec("select 1");
    env.client().signal(ref(run), first_name, 1);
    env.client().signal(ref(run), second_name, 2);
    env.client().signal(began_first, ref(run), "zulu", durable::encode(3), "");
    began_first.commit();
    env.client().signal(ref(run), second_name, 4);
    env.settle();
    CHECK(names_of_signals(env, run) == Texts{"zulu 1", "alpha 2", "zulu 3", "alpha 4"});
}

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
    env.add(leaver, run_leaver);
    auto rung = env.fake(ring, [](const Nothing&) { return Nothing{}; });
    const auto run = env.client().start(leaver, std::string{"complete"}, called("leaver")).run;
    for (int i = 0; i < 3; ++i) env.client().signal(ref(run), amount, i);
    env.settle();
    CHECK(env.result(leaver, run) == 3);
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

TEST_CASE("2.3 signals: what arrives while the code is under way comes after what it ordered, in its order") {
    TestEnvironment env;
    env.add(leaver, run_leaver);
    Client inside{{.connection_string = env.database().url()}};
    env.fake(ring, [&inside](const Nothing&) {
        inside.signal(named("leaver"), amount, 1);
        return Nothing{};
    });
    const auto run = env.start(leaver, "complete", "leaver");
    CHECK(env.result(leaver, run) == 1);
    const Texts events = kinds(env, run);
    const auto at = [&events](const char* kind) { return std::ranges::find(events, kind) - events.begin(); };
    CHECK(at("ActivityScheduled") < at("SignalReceived"));
    CHECK(at("ActivityScheduled") < at("ActivityCompleted"));
    CHECK(at("SignalReceived") < at("WorkflowCompleted"));
}

TEST_CASE("2.3 signals: no run ends over a message that was accepted before its end, however it ends") {
    for (const std::string way : {"complete", "fail"}) {
        CAPTURE(way);
        TestEnvironment env;
        env.add(leaver, run_leaver);
        Client inside{{.connection_string = env.database().url(), .notifications = false}};
        // Both are committed before the activity's result is known to anybody.
        env.fake(ring, [&inside](const Nothing&) {
            for (int i = 0; i < 2; ++i) inside.signal(named("leaver"), amount, i);
            return Nothing{};
        });
        const auto ended = env.outcome(env.start(leaver, way, "leaver"));
        CHECK((way == "fail" ? ended.failure->message : ended.result.json) == "2");
        CHECK(number(env, "select count(*) from engine.inbox") == 0);
    }
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

}  // namespace conformance
