// Durable timers, and starts that wait for their time. Schedules are in schedules_test.cpp.

#include "engine/client/activities.hpp"
#include "engine/store/id_source.hpp"
#include "tests/conformance/support.hpp"
#include "tests/support/figures.hpp"

using namespace conformance;
using namespace durable;
using namespace std::chrono_literals;
using testing::TestEnvironment;

namespace {

constexpr WorkflowType<Duration, Duration> sleeper{"sleeper"};
constexpr WorkflowType<Nothing, Nothing> hasty{"hasty"};
constexpr WorkflowType<Nothing, std::string> race{"race"};
constexpr Activity<std::string, int> note{"note", {.start_to_close = 30s}};

/// How long it has slept.
Task<Duration> sleep_for(Workflow& wf, Duration delay) {
    const Timestamp begun = wf.now();
    co_await wf.sleep(delay);
    co_return wf.now() - begun;
}

Task<Nothing> sleep_and_note(Workflow& wf) {
    co_await wf.sleep(24h * 365);
    co_await wf.run(note, "never");
    co_return Nothing{};
}

Task<Nothing> leave_early(Workflow& wf, Nothing) {
    co_await wf.any(sleep_and_note(wf), wf.sleep(1min));
    co_return Nothing{};
}

Task<std::string> first_timer_wins(Workflow& wf, Nothing) {
    const auto first = co_await wf.any(wf.sleep(2h), wf.sleep(1h));
    co_return first.index == 1 ? "the shorter one" : "the longer one";
}

/// One worker after the other.
class Succession final : public testing::WorkerHost {
  public:
    void start(const testing::WorkerSetup& setup) override {
        setup_ = std::make_unique<testing::WorkerSetup>(setup);
        next();
    }
    void next() {
        worker_.emplace(setup_->options, setup_->workflows, setup_->activities);
        worker_->start();
    }
    void tend(testing::TestDatabase&) override {}
    void stop() override { worker_.reset(); }
    [[nodiscard]] bool needs_single_thread() const override { return false; }

  private:
    std::unique_ptr<testing::WorkerSetup> setup_;
    std::optional<worker::Worker> worker_;
};

/// `count` of them, spread over thirty days; delays are whole eight hours.
void start_sleepers(TestEnvironment& env, int count) {
    constexpr int in_one_transaction = 1'000;
    pqxx::connection connection{env.database().url()};
    store::IdSource ids;
    std::vector<store::StartRequest> page;
    for (int i = 0; i < count; ++i) {
        store::StartRequest request;
        request.workflow = WorkflowId{"sleeper-" + std::to_string(i)};
        request.type = std::string{sleeper.name};
        request.input = encode(Duration{8h} * (1 + i % 90));
        request.run = ids.run_id();
        page.push_back(std::move(request));
        if (page.size() < in_one_transaction && i + 1 < count) continue;
        pqxx::work tx{connection};
        env.client().start_many(tx, page);
        tx.commit();
        page.clear();
    }
}

}  // namespace

TEST_CASE("1.3 durable timer: sleeps for weeks, nobody's meanwhile, and wakes with another worker") {
    auto host = std::make_unique<Succession>();
    Succession& workers = *host;
    TestEnvironment env{std::move(host)};
    env.add(sleeper, sleep_for);
    const RunId run = env.start(sleeper, 24h * 40, "sleeper-1");
    env.settle();
    REQUIRE(count(env, run, "TimerStarted") == 1);
    CHECK(number(env, "select count(*) from engine.live_runs where owner is null") == 1);
    workers.stop();
    workers.next();
    CHECK(env.result(sleeper, run) >= 24h * 40);
    CHECK(number(env, "select count(*) from engine.workers") == 2);
}

TEST_CASE("1.3 durable timer: fires once, as an event, not before it is due by the database's clock") {
    TestEnvironment env;
    env.add(sleeper, sleep_for);
    const RunId run = env.start(sleeper, 10min, "sleeper-1");
    env.skip(10min - 2s);
    CHECK(count(env, run, "TimerFired") == 0);
    env.skip(4s);
    CHECK(env.result(sleeper, run) >= 10min);
    CHECK(count(env, run, "TimerStarted") == 1);
    CHECK(count(env, run, "TimerFired") == 1);
}

TEST_CASE(
    "1.3 durable timer: of two the earlier one fires, whichever was started first; the other is cancelled") {
    TestEnvironment env;
    env.add(race, first_timer_wins);
    const RunId run = env.start(race, Nothing{}, "race-1");
    CHECK(env.result(race, run) == "the shorter one");
    CHECK(env.elapsed() < 2h);
    CHECK(count(env, run, "TimerFired") == 1);
    CHECK(count(env, run, "TimerCanceled") == 1);
}

TEST_CASE("1.3 durable timer: an end needs no clearing up, and what was still asleep never wakes") {
    TestEnvironment env;
    env.add(hasty, leave_early);
    env.add(sleeper, sleep_for);
    auto notes = env.fake(note, [](const std::string&) { return 1; });
    static_cast<void>(env.result(hasty, env.start(hasty, Nothing{}, "hasty-1")));
    const RunId asleep = env.start(sleeper, 24h * 365, "sleeper-1");
    env.settle();
    CHECK(env.client().terminate(ref(asleep), "a test", "test") == client::SendResult::delivered);
    env.skip(24h * 366);
    CHECK(notes.calls() == 0);
    CHECK(count(env, asleep, "TimerFired") == 0);
    must_be_sound(env);
}

TEST_CASE("1.3 start delay: the code runs when it is over, and why says what it waits for") {
    TestEnvironment env;
    env.add(sleeper, sleep_for);
    const RunId run =
        env.client().start(sleeper, Duration{0}, {.workflow = WorkflowId{"later"}, .start_delay = 3h}).run;
    env.skip(2h);
    CHECK(kinds(env, run) == std::vector<std::string>{"WorkflowStarted"});
    CHECK(env.client().why(env.workflows(), ref(run)).kind == "start_delayed");
    env.skip(2h);
    CHECK(env.outcome(run).status == replay::RunStatus::completed);
}

TEST_CASE("1.3 start delay: a delayed start can be cancelled, and holds its workflow id meanwhile") {
    TestEnvironment env;
    env.add(sleeper, sleep_for);
    const client::StartOptions later{.workflow = WorkflowId{"later"}, .start_delay = 3h};
    const RunId run = env.client().start(sleeper, Duration{0}, later).run;
    CHECK(env.client().start(sleeper, Duration{0}, later).outcome ==
          store::StartResult::Outcome::already_open);
    CHECK(env.client().terminate(ref(run), "not needed", "test") == client::SendResult::delivered);
    env.skip(4h);
    CHECK(count(env, run, "TimerStarted") == 0);
}

TEST_CASE("1.3 start delay: for an activity without a workflow, too") {
    TestEnvironment env;
    auto notes = env.fake(note, [](const std::string&) { return 7; });
    client::ActivityClient jobs{{.connection_string = env.database().url()}};
    const RunId run = jobs.start(note, "later", {.workflow = WorkflowId{"job-1"}, .start_delay = 3h}).run;
    env.skip(2h);
    CHECK(notes.calls() == 0);
    env.skip(2h);
    CHECK(decode<int>(env.outcome(run).result) == 7);
}

TEST_CASE("1.3 durable timers of thousands of sleeping runs, over thirty days: all fire once, none early") {
    const int runs = test::sized(1'500, 10'000);
    TestEnvironment env;
    env.add(sleeper, sleep_for);
    start_sleepers(env, runs);
    env.settle();
    REQUIRE(number(env, "select count(*) from engine.live_runs where owner is null and activations = 2") ==
            runs);
    env.skip(24h * 15 + 1h);
    CHECK(number(env, "select count(*) from engine.closed_runs") ==
          (runs / 90) * 45 + std::min(runs % 90, 45));
    env.skip(24h * 15 + 1h);
    CHECK(number(env, "select count(*) from engine.closed_runs where status = 'completed'") == runs);
    // One TimerFired a run, in an activation that is not older than the timer is due.
    execute(env,
            "create view public.timers as select run_id, kind, time, fields ->> 'due' as due "
            "from engine.history_events where kind in ('TimerStarted', 'TimerFired')");
    const int fired = number(env, "select count(*) from public.timers where kind = 'TimerFired'");
    const int early = number(env,
                             "select count(*) from public.timers f join public.timers s using (run_id) "
                             "where f.kind = 'TimerFired' and s.kind = 'TimerStarted' "
                             "and f.time < timestamptz 'epoch' + s.due::bigint * interval '1 microsecond'");
    CHECK(fired == runs);
    CHECK(early == 0);
    test::figure("timers fired", fired);
    test::figure("early", early);
    CHECK(number(env, "select count(distinct run_id) from public.timers where kind = 'TimerFired'") == runs);
}
