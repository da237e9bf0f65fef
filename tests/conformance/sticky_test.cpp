// 2.14 Sticky execution, eager start, local activities: what saves a replay, a row or a hop, and what each of them
// must not change.

#include <prometheus/registry.h>

#include "tests/conformance/fleet.hpp"
#include "tests/conformance/support.hpp"

namespace {

using namespace conformance;
using namespace std::chrono_literals;
using durable::Activity;
using durable::RunId;
using durable::Task;
using durable::Workflow;
using durable::WorkflowRegistry;
using durable::WorkflowType;
using durable::testing::TestEnvironment;

constexpr WorkflowType<int, int> summing{"summing"};
constexpr durable::Signal<int> number_came{"number_came"};

/// Sums up so many numbers.
Task<int> sums(Workflow& wf, int count) {
    int sum = 0;
    for (int i = 0; i < count; ++i) sum += co_await wf.signals(number_came).receive();
    co_return sum;
}

struct Hall : Fleet {
    Hall() { workflows.add(summing, sums); }
    /// The run has had its first turn and so many numbers.
    void tell(RunId run, int number, std::size_t turns) {
        signal(run, number_came, number);
        until_turns(run, turns);
        until([&] { return !client.describe(ref(run))->owner; });
    }
    void promote(const std::string& build) {
        durable::client::Promotion promotion;
        promotion.build = build;
        promotion.force = true;
        promotion.act = {"test", "test"};
        REQUIRE(deployments.promote(promotion).outcome == durable::client::Promoted::Outcome::done);
    }
    WorkflowRegistry workflows;
};

double counter(const prometheus::Registry& registry, const std::string& name) {
    for (const auto& family : registry.Collect()) {
        if (family.name == name) return family.metric.at(0).counter.value;
    }
    FAIL("no series " << name);
    return 0;
}

}  // namespace

TEST_CASE("2.14 sticky: turns of a run on one worker replay nothing") {
    Hall hall;
    const auto metrics = std::make_shared<prometheus::Registry>();
    const auto worker = hall.worker("build-1", hall.workflows, {}, metrics);
    const RunId run = hall.start(summing, 3, "summing-1");
    hall.until_turns(run, 1);
    hall.tell(run, 1, 2);
    hall.tell(run, 10, 3);
    hall.signal(run, number_came, 100);
    CHECK(hall.result(summing, run) == 111);
    Fleet::until([&] { return counter(*metrics, "durable_worker_activations_total") >= 4; });
    CHECK(counter(*metrics, "durable_worker_replays_total") == 0);
}

TEST_CASE("2.14 sticky: a remembered coroutine that another worker has overtaken is thrown away") {
    Hall hall;
    const auto metrics = std::make_shared<prometheus::Registry>();
    const auto one = hall.worker("build-1", hall.workflows, {}, metrics);
    const auto two = hall.worker("build-2", hall.workflows);
    hall.promote("build-1");
    const RunId run = hall.start(summing, 3, "summing-1");
    hall.until_turns(run, 1);
    hall.promote("build-2");
    hall.tell(run, 1, 2);
    hall.promote("build-1");
    hall.tell(run, 10, 3);
    hall.signal(run, number_came, 100);
    CHECK(hall.result(summing, run) == 111);
    CHECK(hall.builds_of(run) == std::vector<std::string>{"build-1", "build-2", "build-1", "build-1"});
    Fleet::until([&] { return counter(*metrics, "durable_worker_activations_total") >= 3; });
    CHECK(counter(*metrics, "durable_worker_replays_total") == 1);
    CHECK(counter(*metrics, "durable_worker_activations_total") == 3);  // none that the database refused
    hall.must_be_sound();
}

TEST_CASE("2.14 sticky: after a restart every run is replayed once, and none is blocked by the rush") {
    constexpr int runs = 60;
    Hall hall;
    std::vector<RunId> open;
    auto before = hall.worker("build-1", hall.workflows);
    for (int i = 0; i < runs; ++i) open.push_back(hall.start(summing, 1, "summing-" + std::to_string(i)));
    for (const RunId run : open) hall.until_turns(run, 1);
    hall.retire(std::move(before));
    for (const RunId run : open) hall.signal(run, number_came, 7);
    const auto metrics = std::make_shared<prometheus::Registry>();
    const auto after = hall.worker("build-1", hall.workflows, {}, metrics);
    for (const RunId run : open) CHECK(hall.result(summing, run) == 7);
    Fleet::until([&] { return counter(*metrics, "durable_worker_activations_total") >= runs; });
    CHECK(counter(*metrics, "durable_worker_replays_total") == runs);
    CHECK(hall.number("select count(*) from engine.blocked") == 0);
}

TEST_CASE("2.14 eager workflow start: a start wakes an idle worker, which does not wait for its next look") {
    Hall hall;
    const auto worker = hall.worker("build-1", hall.workflows, [](auto& options) {
        options.poll = {10min, 10min};
        options.sweep_every = 10min;
    });
    const RunId run = hall.start(summing, 0, "summing-1");
    CHECK(hall.result(summing, run) == 0);
}

// --- activities --------------------------------------------------------------------------------------------

namespace {

constexpr WorkflowType<int, std::vector<int>> fan_out{"fan_out"};
constexpr Activity<int, int> step{"step", {.start_to_close = 30s}};

Task<std::vector<int>> fans_out(Workflow& wf, int count) {
    std::vector<durable::Run<int>> steps;
    for (int i = 0; i < count; ++i) steps.push_back(wf.run(step, i));
    co_return co_await wf.all(std::move(steps));
}

constexpr WorkflowType<durable::Duration, int> tries_locally{"tries_locally"};

Task<int> tries(Workflow& wf, durable::Duration pause) {
    auto options = step.options();
    options.retry.initial_interval = pause;
    options.retry.backoff_coefficient = 1;
    co_return co_await wf.local(step, 5, options);
}

/// Counts every activity row that is ever written.
void count_rows(TestEnvironment& env) {
    execute(env,
            "create table public.rows_written (n int);"
            "create function public.note_row() returns trigger language plpgsql security definer as "
            "$$ begin insert into public.rows_written values (1); return new; end $$;"
            "create trigger note_row before insert on engine.activities execute function public.note_row()");
}
int rows_written(TestEnvironment& env) {
    return number(env, "select count(*) from public.rows_written");
}

}  // namespace

TEST_CASE(
    "2.14 eager activities: begun by the worker that scheduled them, without a row, while slots are free") {
    TestEnvironment env;
    env.add(fan_out, fans_out);
    auto steps = env.fake(step, [](const int& number) { return number; });
    count_rows(env);
    const RunId run = env.start(fan_out, 3, "fan-1");
    CHECK(env.result(fan_out, run) == std::vector{0, 1, 2});
    CHECK(steps.calls() == 3);
    CHECK(rows_written(env) == 0);
}

TEST_CASE("2.14 eager activities: what finds no slot gets a row and runs when there is one, or elsewhere") {
    TestEnvironment env;
    env.configure([](auto& options) { options.slots.async = 2; });
    env.add(fan_out, fans_out);
    auto steps = env.fake(step, [](const int& number) { return number; });
    count_rows(env);
    const RunId run = env.start(fan_out, 20, "fan-1");
    CHECK(env.result(fan_out, run).size() == 20);
    CHECK(steps.calls() == 20);
    CHECK(rows_written(env) >= 1);
    must_be_sound(env);
}

TEST_CASE(
    "2.14 local activity: short retries wait in its worker, without a row; history has schedule and result") {
    TestEnvironment env;
    env.add(tries_locally, tries);
    auto steps = env.fake(step, [](const int& number) { return number; }).fails(3);
    count_rows(env);
    const RunId run = env.start(tries_locally, durable::Duration{10ms}, "local-1");
    CHECK(env.result(tries_locally, run) == 5);
    CHECK(steps.calls() == 4);
    CHECK(rows_written(env) == 0);
    CHECK(kinds(env, run) == std::vector<std::string>{"WorkflowStarted", "ActivityScheduled",
                                                      "ActivityCompleted", "WorkflowCompleted"});
}

TEST_CASE("2.14 local activity: a long back-off is durable, and the attempts count on") {
    TestEnvironment env;
    env.add(tries_locally, tries);
    auto steps = env.fake(step, [](const int& number) { return number; }).fails(2);
    count_rows(env);
    const RunId run = env.start(tries_locally, durable::Duration{1h}, "local-1");
    CHECK(env.result(tries_locally, run) == 5);
    CHECK(rows_written(env) >= 1);
    CHECK(env.elapsed() >= 2h);
    const auto history = env.history(run);
    const auto* done = std::get_if<durable::history::ActivityCompleted>(&history.back().arrived.at(0));
    REQUIRE(done != nullptr);
    CHECK(done->attempts == 3);
}
