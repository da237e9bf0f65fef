// Queues under load: fairness between tenants, pauses, limits under kills, and masses that sleep.

#include "engine/store/queues.hpp"

#include <algorithm>
#include <random>

#include "engine/client/queues.hpp"
#include "tests/support/figures.hpp"
#include "tests/worker/crowd.hpp"
#include "tests/worker/processes.hpp"
#include "tests/worker/queue_programs.hpp"

using namespace durable;
using namespace durable::test;
using ::test::figure;
using ::test::full_size;
using ::test::sized;

namespace {

/// Four workers at a door, one of which is killed now and then and replaced.
class Shift {
  public:
    explicit Shift(const World& world) : world_(world) {
        for (int place = 0; place < Crowd::places; ++place) workers_.push_back(hire(place));
    }
    void kill_one() {
        const int place = static_cast<int>(dice_() % workers_.size());
        auto& victim = workers_.at(static_cast<std::size_t>(place));
        victim->freeze();
        crowd.take_out(place);
        victim->kill();
        victim = hire(place);
    }

    Crowd crowd;

  private:
    [[nodiscard]] std::unique_ptr<WorkerProcess> hire(int place) {
        return std::make_unique<WorkerProcess>(world_.database.url(), "worker-" + std::to_string(++made_),
                                               [this, place](worker::WorkerOptions& options, Probe& probe) {
                                                   // Who has no time to run keeps its slots: a busy machine
                                                   // must not look like too many inside.
                                                   options.lease = 10s;
                                                   probe.watch_door([this, place](int change) {
                                                       change > 0 ? crowd.enter(place) : crowd.leave(place);
                                                   });
                                               });
    }

    const World& world_;
    std::mt19937 dice_{7};
    int made_ = 0;
    std::vector<std::unique_ptr<WorkerProcess>> workers_;
};

client::ClientOptions options_of(const World& world) {
    return {world.database.url(), true, 2};
}

}  // namespace

TEST_CASE(
    "behind a mass of queued runs of one tenant, another's first run starts while most of the mass waits") {
    World world;
    const int mass = sized(10'000, 100'000);
    start_masses(world.database, sequence.name, mass, "big",
                 [](int, store::StartRequest& request) { request.input = encode(0); });
    const auto worker = world.start_worker();
    const auto waiting = [&] {
        return world.number("select count(*) from engine.live_runs where owner is null and tenant = 'big'");
    };
    REQUIRE(eventually([&] { return waiting() < mass - 1000; }, 60s));
    pqxx::connection watch{world.database.owner_url()};
    const auto turns_of = [&](RunId run) {
        return pqxx::nontransaction{watch}
            .exec_params1("select count(*) from engine.history where run_id = $1::uuid",
                          run.value.to_string())[0]
            .as<int>();
    };
    static_cast<void>(world.client());
    const auto before = std::chrono::steady_clock::now();
    const RunId first =
        world.client().start(sequence, 0, {.workflow = WorkflowId{"small"}, .tenant = Tenant{"small"}}).run;
    // Its start is the first, its first turn the second.
    REQUIRE(eventually([&] { return turns_of(first) >= 2; }));
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - before;
    const int left = waiting();
    figure("start to first turn committed", took.count(), "ms");
    figure("still queued then", left);
    if (full_size()) CHECK(took < 1s);
    CHECK(left > mass / 4);
    CHECK(world.result(sequence, first, 60s) == 0);
}

TEST_CASE("from a paused queue nothing starts, eager activities neither; why says who paused it") {
    World world;
    world.probe->count("closed");
    const auto worker = world.start_worker();
    const RunId held = world.start(guarded, {"door", 1, 0, 2}, "held");
    REQUIRE(eventually([&] { return world.probe->seen("came to door") == 1; }));
    client::QueueClient operators{options_of(world)};
    REQUIRE(operators.pause("default", {"vendor outage", "ops"}));
    // Between two signs of life of the worker there is a look at its queue.
    for (int i = 0; i < 2; ++i) {
        const std::string before = world.database.value("select lease_until from engine.workers");
        REQUIRE(eventually(
            [&] { return world.database.value("select lease_until from engine.workers") != before; }));
    }
    const RunId queued = world.start(sequence, 0, "queued");
    world.probe->count("open door");
    REQUIRE(eventually([&] { return world.number("select count(*) from engine.activities") == 1; }));
    CHECK(world.probe->seen("left door") == 1);  // what ran has ended, and is recorded
    for (const RunId run : {held, queued}) {
        const client::Why why = world.client().why(world.workflows, ref(run));
        CHECK(why.kind == "queue_paused");
        CHECK_MESSAGE(why.cause.find("paused by ops") != std::string::npos, why.cause);
    }
    CHECK(world.number("select count(*) from engine.activities where owner is null") == 1);
    CHECK(world.open(queued));
    REQUIRE(operators.unpause("default", {"mended", "ops"}));
    CHECK(world.result(sequence, queued) == 0);
    CHECK(world.result(guarded, held) == 2);
    world.check_invariants();
}

TEST_CASE("a key's limit of 3 holds while four workers are killed at random, and no slot leaks") {
    World world;
    constexpr int visits_of_a_run = 25;
    const int tasks = sized(500, 2000);
    start_masses(world.database, visitor.name, tasks / visits_of_a_run, "crowd",
                 [](int, store::StartRequest& request) {
                     request.input = encode(LimitedInput{"door", 3, 0, visits_of_a_run});
                 });
    Shift shift{world};
    // Counted at the door, and from outside at every look.
    int most_slots = 0;
    const auto ended = [&] {
        most_slots = std::max(most_slots,
                              world.number("select count(*) from engine.activities where owner is not null"));
        return tasks - world.number("select count(*) from engine.activities") -
               visits_of_a_run * world.number("select count(*) from engine.live_runs where activations = 1");
    };
    constexpr int kills = 8;
    for (int i = 1; i <= kills; ++i) {
        REQUIRE(eventually([&] { return ended() >= tasks * i / (kills + 2); }, 120s));
        shift.kill_one();
    }
    REQUIRE(eventually([&] { return ended() == tasks; }, 120s));
    REQUIRE(eventually([&] { return world.number("select count(*) from engine.live_runs") == 0; }, 120s));
    figure("visits, repeated ones too", shift.crowd.entered());
    figure("kills", kills);
    figure("most at once", shift.crowd.most());
    CHECK(shift.crowd.most() == 3);
    CHECK(most_slots <= 3);
    CHECK(shift.crowd.entered() >= tasks);
    CHECK(world.number("select count(*) from engine.activities") == 0);
    CHECK(world.number("select count(*) from engine.closed_runs where status = 'completed'") ==
          tasks / visits_of_a_run);
    world.check_invariants();
}

TEST_CASE("thousands of sleeping runs wake once each over thirty days, and none early") {
    World world;
    const int runs = sized(1500, 10'020);
    constexpr int days = 30;
    start_masses(world.database, sleeper.name, runs, "sleeper", [](int i, store::StartRequest& request) {
        request.input =
            encode(Duration{std::chrono::hours{24}} * (i % days) + Duration{std::chrono::hours{12}});
    });
    const auto worker =
        world.start_worker([](auto& options) { options.lease = std::chrono::hours{24 * 60}; });
    const auto asleep = [&] {
        return world.number("select count(*) from engine.live_runs where owner is null and activations = 2");
    };
    REQUIRE(eventually([&] { return asleep() == runs; }, 120s));
    world.database.advance(std::chrono::hours{1});
    for (int day = 1; day <= days; ++day) {
        const int due_before = runs * (day - 1) / days;
        // Just before this day's twelve o'clock: nobody has woken who should not have.
        CHECK(world.number("select count(*) from engine.closed_runs") == due_before);
        world.database.advance(std::chrono::hours{24});
        REQUIRE(eventually(
            [&] { return world.number("select count(*) from engine.closed_runs") == runs * day / days; },
            60s));
    }
    CHECK(world.number("select count(*) from engine.live_runs") == 0);
    figure("woken on their day, of sleepers", runs);
    world.check_invariants();
}
