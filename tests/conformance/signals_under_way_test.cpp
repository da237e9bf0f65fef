// Semantics 2.3, where it matters who is faster: senders in the middle of a transaction, messages that come
// while the code of a turn is under way, and those that come while its last turn is.

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "tests/conformance/till.hpp"
#include "tests/support/eventually.hpp"

namespace conformance {
namespace {

using durable::ApplicationError;
using durable::Canceled;
using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::client::Client;
using durable::client::StartOptions;
using durable::replay::RunStatus;
using durable::store::SendResult;
using durable::testing::TestEnvironment;
using test::eventually;
using Texts = std::vector<std::string>;

/// Where code stays in the middle of a turn until the test lets it go on. Thread-safe.
class Turnstile {
  public:
    void close() {
        const std::scoped_lock lock{mutex_};
        open_ = false;
        passes_ = 0;
    }
    void open() {
        const std::scoped_lock lock{mutex_};
        open_ = true;
        opened_.notify_all();
    }
    /// What the code calls; gives how often it has been called.
    int pass() {
        std::unique_lock lock{mutex_};
        ++passes_;
        opened_.wait_for(lock, 1min, [this] { return open_; });
        return passes_;
    }
    [[nodiscard]] int passes() const {
        const std::scoped_lock lock{mutex_};
        return passes_;
    }
    void wait_for_somebody() const {
        REQUIRE(eventually([this] { return passes() > 0; }));
    }

  private:
    mutable std::mutex mutex_;  ///< guards both
    std::condition_variable opened_;
    bool open_ = false;
    int passes_ = 0;
};
Turnstile turnstile;  // workflow code captures nothing: it is reached by name

constexpr durable::WorkflowType<Nothing, int> thoughtful{"thoughtful"};
constexpr durable::WorkflowType<std::string, int> leaver{"leaver"};
constexpr durable::Activity<Nothing, Nothing> ring{"ring", {.start_to_close = 30s}};

/// Orders two things, and thinks in between; 0 if it has seen in that very turn what came meanwhile.
Task<int> run_thoughtful(Workflow& wf, Nothing) {
    const auto rung = wf.start(ring, {});
    static_cast<void>(wf.side_effect([] { return turnstile.pass(); }));
    if (wf.signals(amount).try_receive()) co_return 0;
    co_await wf.sleep(1s);
    co_await rung;
    co_return co_await wf.signals(amount).receive();
}

/// Told to, it ends in the given way, with the number of amounts that it has seen; thinks before that.
Task<int> run_leaver(Workflow& wf, std::string way) {
    static_cast<void>(co_await wf.attempt(wf.signals(close_till).receive()));
    int seen = 0;
    while (wf.signals(amount).try_receive()) ++seen;
    static_cast<void>(wf.side_effect([] { return turnstile.pass(); }));
    if (way == "fail") throw ApplicationError("Left", std::to_string(seen));
    if (way == "cancel") throw Canceled(std::to_string(seen));
    if (way == "continue as new") wf.continue_as_new(std::string{"complete"});
    co_return seen;
}

/// A worker that lets code think as long as the test does.
void allow_thinking(TestEnvironment& env) {
    env.configure([](durable::worker::WorkerOptions& options) { options.activation_limit = 2min; });
    turnstile.close();
}

StartOptions called(const std::string& id) {
    return {.workflow = durable::WorkflowId{id}};
}

Texts signals_of(TestEnvironment& env, durable::RunId run) {
    Texts texts;
    for (const auto& activation : env.history(run)) {
        for (const auto& event : activation.arrived) {
            const auto* signal = std::get_if<durable::history::SignalReceived>(&event);
            if (signal != nullptr) texts.push_back(signal->name + " " + signal->input.json);
        }
    }
    return texts;
}

}  // namespace

TEST_CASE("2.3 signals: the order is that of the commits, whatever their names and whoever began first") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.client().start(till, {.left = 1}, called("till")).run;
    pqxx::connection early{env.database().url()};
    pqxx::connection late{env.database().url()};
    pqxx::work began_first{early};
    began_first.exec("select pg_current_xact_id()");
    pqxx::work began_last{late};
    env.client().signal(began_last, ref(run), "zulu", durable::encode(1), "");
    std::atomic<bool> committed{false};
    std::jthread other{[&] {
        env.client().signal(began_first, ref(run), "alpha", durable::encode(2), "");
        began_first.commit();
        committed = true;
    }};
    // There is no worker yet: whoever waits for a lock is the other sender.
    REQUIRE(eventually([&] {
        return committed || number(env,
                                   "select count(*) from pg_stat_activity "
                                   "where datname = current_database() and wait_event_type = 'Lock'") == 1;
    }));
    const bool overtook = committed;
    began_last.commit();
    other.join();
    env.client().signal(ref(run), "beta", durable::encode(3), "");
    env.settle();
    CHECK(signals_of(env, run) ==
          (overtook ? Texts{"alpha 2", "zulu 1", "beta 3"} : Texts{"zulu 1", "alpha 2", "beta 3"}));
}

TEST_CASE("2.3 signals: what arrives while the code is under way comes after what it ordered, in its order") {
    TestEnvironment env;
    env.add(thoughtful, run_thoughtful);
    env.fake(ring, [](const Nothing&) { return Nothing{}; });
    allow_thinking(env);
    const auto run = env.start(thoughtful, {}, "thoughtful");
    turnstile.wait_for_somebody();
    for (const int value : {7, 8})
        CHECK(env.client().signal(ref(run), amount, value) == SendResult::delivered);
    turnstile.open();
    CHECK(env.result(thoughtful, run) == 7);
    CHECK(turnstile.passes() == 1);
    Texts events = kinds(env, run);
    REQUIRE(events.size() > 6);
    const Texts rest(events.begin() + 4, events.end());
    events.resize(4);
    CHECK(events == Texts{"WorkflowStarted", "ActivityScheduled", "SideEffectRecorded", "TimerStarted"});
    CHECK(std::ranges::count(rest, "ActivityCompleted") == 1);
    CHECK(signals_of(env, run) == Texts{"amount 7", "amount 8"});
}

TEST_CASE("2.3 signals: no run ends over a message that was accepted before its end, however it ends") {
    const std::vector<std::pair<std::string, RunStatus>> ways{{"complete", RunStatus::completed},
                                                              {"fail", RunStatus::failed},
                                                              {"cancel", RunStatus::canceled},
                                                              {"continue as new", RunStatus::completed}};
    for (const auto& [way, status] : ways) {
        CAPTURE(way);
        TestEnvironment env;
        env.add(leaver, run_leaver);
        allow_thinking(env);
        const auto run = env.start(leaver, way, "leaver");
        env.settle();
        if (way == "cancel") {
            env.cancel(run, "enough");
        } else {
            env.signal(run, close_till, {});
        }
        turnstile.wait_for_somebody();  // it has looked, has seen none, and is about to end
        CHECK(env.client().signal(ref(run), amount, 1) == SendResult::delivered);
        turnstile.open();
        if (way == "continue as new") env.signal(run, close_till, {});
        const auto ended = env.outcome(run);
        CHECK(ended.status == status);
        CHECK((ended.failure ? ended.failure->message : ended.result.json) == "1");
        CHECK_MESSAGE(turnstile.passes() == 2, "the last turn was taken again, or by the next run");
        CHECK((ended.run == run) == (way != "continue as new"));
        CHECK(number(env, "select count(*) from engine.inbox") == 0);
    }
}

}  // namespace conformance
