// 1.1 Workflow authoring: how a workflow is written, what its code may use, and what it may rely on.

#include <atomic>

#include "tests/conformance/support.hpp"

namespace {

using namespace conformance;
using namespace std::chrono_literals;
using durable::Activity;
using durable::Nothing;
using durable::RunId;
using durable::Task;
using durable::Workflow;
using durable::WorkflowType;
using durable::testing::TestEnvironment;

struct Parcel {
    std::string to;
    int weight = 0;
};
BOOST_DESCRIBE_STRUCT(Parcel, (), (to, weight))

constexpr Activity<int, int> twice{"twice", {.start_to_close = 30s}};
constexpr durable::Signal<int> number_came{"number_came"};

/// No coroutine outlives a turn: each one begins with a replay of everything before it.
void forget_coroutines(TestEnvironment& env) {
    env.configure([](auto& options) { options.cached_runs = 0; });
}
int doubled(const int& number) {
    return 2 * number;
}

// --- execution model ---------------------------------------------------------------------------------------

std::atomic<int> times_begun{0};
constexpr WorkflowType<int, int> quadruple{"quadruple"};

Task<int> doubles_twice(Workflow& wf, int number) {
    ++times_begun;  // what no workflow should do: a static, to see how often the code is run
    number = co_await wf.run(twice, number);
    co_await wf.sleep(1h);
    number = co_await wf.run(twice, number);
    co_await wf.sleep(1h);
    co_return number;
}

}  // namespace

TEST_CASE("1.1 execution model: code is replayed from its history, and what it has done is not done again") {
    TestEnvironment env;
    forget_coroutines(env);
    env.add(quadruple, doubles_twice);
    auto activity = env.fake(twice, doubled);
    times_begun = 0;
    const RunId run = env.start(quadruple, 3, "quadruple-1");
    env.skip(90min);
    CHECK(times_begun >= 2);
    CHECK(env.result(quadruple, run) == 12);
    CHECK(activity.inputs() == std::vector{3, 6});
    CHECK(kinds(env, run) == std::vector<std::string>{"WorkflowStarted", "ActivityScheduled",
                                                      "ActivityCompleted", "TimerStarted", "TimerFired",
                                                      "ActivityScheduled", "ActivityCompleted",
                                                      "TimerStarted", "TimerFired", "WorkflowCompleted"});
}

// --- languages ---------------------------------------------------------------------------------------------

namespace {

constexpr WorkflowType<Parcel, int> weigh{"weigh"};

Task<int> weighs(Workflow& wf, Parcel parcel) {
    wf.publish(durable::StateKey<std::string>{"to"}, parcel.to);
    co_return parcel.weight + co_await wf.signals(number_came).receive();
}

}  // namespace

TEST_CASE("1.1 languages: workflows are C++20, and whoever speaks SQL starts, signals and reads them") {
    TestEnvironment env;
    env.add(weigh, weighs);
    pqxx::connection anybody{env.database().url()};
    pqxx::work tx{anybody};
    const auto started = tx.exec1(
        "select run_id from engine.start_workflow('org-7', 'weigh', 'parcel-1', '{\"to\": \"Ann\", "
        "\"weight\": "
        "5}')");
    tx.exec("select engine.signal_workflow('org-7', 'parcel-1', 'number_came', '2')");
    tx.commit();
    env.settle();
    CHECK(env.result(weigh, RunId{*durable::Uuid::parse(started[0].as<std::string>())}) == 7);
    pqxx::work later{anybody};
    CHECK(later.exec1("select engine.workflow_status('org-7', 'parcel-1')")[0].as<std::string>() ==
          "completed");
    CHECK(later.exec1("select engine.published_state('org-7', 'parcel-1', 'to')")[0].as<std::string>() ==
          "\"Ann\"");
}

// --- concurrency -------------------------------------------------------------------------------------------

namespace {

constexpr WorkflowType<Nothing, std::vector<int>> together{"together"};

/// Branches of any kind, in any nesting; what loses is cancelled before the code goes on.
Task<std::vector<int>> does_at_once(Workflow& wf, Nothing) {
    auto both = co_await wf.all(wf.run(twice, 1), wf.run(twice, 2));
    std::vector<durable::Run<int>> many;
    for (int i = 3; i < 6; ++i) many.push_back(wf.run(twice, i));
    std::vector<int> results = co_await wf.all(std::move(many));
    auto race = co_await wf.any(wf.all(wf.run(twice, 6), wf.run(twice, 7)), wf.sleep(10min),
                                wf.signals(number_came).receive());
    results.push_back(std::get<0>(both));
    results.push_back(std::get<1>(both));
    results.push_back(static_cast<int>(race.index));
    co_return results;
}

constexpr WorkflowType<Nothing, bool> waits_for_sum{"waits_for_sum"};

Task<Nothing> sum_up(Workflow& wf, std::shared_ptr<int> sum) {
    while (true) *sum += co_await wf.signals(number_came).receive();
}
Task<bool> reached(Workflow& wf, std::shared_ptr<int> sum) {
    const bool enough = co_await wf.wait_until([&sum] { return *sum >= 10; }, 1h);
    const bool more = co_await wf.wait_until([&sum] { return *sum >= 1000; }, 1h);
    co_return enough && !more;
}
Task<bool> waits(Workflow& wf, Nothing) {
    const auto sum = std::make_shared<int>(0);
    auto first = co_await wf.any(sum_up(wf, sum), reached(wf, sum));
    co_return std::get<1>(first.value);
}

}  // namespace

TEST_CASE("1.1 concurrency: all keeps the order of its branches, any cancels the losers, and they nest") {
    TestEnvironment env;
    env.add(together, does_at_once);
    auto activity = env.fake(twice, doubled);
    const RunId run = env.start(together, Nothing{}, "together-1");
    CHECK(env.result(together, run) == std::vector{6, 8, 10, 2, 4, 0});
    CHECK(activity.calls() == 7);
    CHECK(count(env, run, "TimerCanceled") == 1);
    CHECK(env.elapsed() < 10min);
}

TEST_CASE("1.1 concurrency: a condition is looked at when all that has arrived is delivered, or times out") {
    TestEnvironment env;
    env.add(waits_for_sum, waits);
    const RunId run = env.start(waits_for_sum, Nothing{}, "sum-1");
    for (const int number : {4, 3, 3}) env.signal(run, number_came, number);
    CHECK(env.result(waits_for_sum, run));
    CHECK(env.elapsed() >= 1h);
    CHECK(env.elapsed() < 2h);
}

// --- time, chance, side effects ----------------------------------------------------------------------------

namespace {

struct Drawn {
    std::vector<durable::Timestamp> times;
    std::vector<std::int64_t> numbers;
    std::string uuid;
};
BOOST_DESCRIBE_STRUCT(Drawn, (), (times, numbers, uuid))
constexpr WorkflowType<Nothing, Drawn> draw{"draw"};

Task<Drawn> draws(Workflow& wf, Nothing) {
    Drawn drawn;
    drawn.times = {wf.now(), wf.now()};
    drawn.numbers.push_back(wf.random().uniform(1, 1'000'000));
    co_await wf.sleep(1h);
    drawn.times.push_back(wf.now());
    drawn.numbers.push_back(wf.random().uniform(1, 1'000'000));
    drawn.uuid = wf.uuid().to_string();
    co_return drawn;
}

}  // namespace

TEST_CASE(
    "1.1 deterministic time: now() is the activation's recorded time and stands still while code runs") {
    TestEnvironment env;
    forget_coroutines(env);
    env.add(draw, draws);
    const RunId run = env.start(draw, Nothing{}, "draw-1");
    const Drawn drawn = env.result(draw, run);
    const auto history = env.history(run);
    CHECK(drawn.times == std::vector{history[1].time, history[1].time, history[2].time});
    CHECK(drawn.times[2] >= drawn.times[0] + 1h);
}

TEST_CASE("1.1 deterministic random and uuid: drawn from the run's id by an algorithm that never changes") {
    TestEnvironment env;
    forget_coroutines(env);
    env.add(draw, draws);
    const RunId run = env.start(draw, Nothing{}, "draw-1");
    const Drawn drawn = env.result(draw, run);
    durable::Random same{run.value};
    CHECK(drawn.numbers[0] == same.uniform(1, 1'000'000));
    CHECK(drawn.numbers[1] == same.uniform(1, 1'000'000));
    CHECK(drawn.uuid == same.uuid().to_string());
    durable::Random known{*durable::Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000001")};
    CHECK(known.next() == 17'314'513'667'726'639'041U);
}

namespace {

std::atomic<int> times_asked{0};
constexpr WorkflowType<Nothing, int> ask_once{"ask_once"};

Task<int> asks_once(Workflow& wf, Nothing) {
    const int answer = wf.side_effect([] { return ++times_asked; });
    co_await wf.sleep(1h);
    co_await wf.sleep(1h);
    co_return answer;
}

}  // namespace

TEST_CASE("1.1 side effect: called once in the life of a run; replays are given the recorded value") {
    TestEnvironment env;
    forget_coroutines(env);
    env.add(ask_once, asks_once);
    times_asked = 0;
    const RunId run = env.start(ask_once, Nothing{}, "ask-1");
    CHECK(env.result(ask_once, run) == 1);
    CHECK(times_asked == 1);
    CHECK(count(env, run, "SideEffectRecorded") == 1);
}
