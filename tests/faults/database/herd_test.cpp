// F15: everybody is gone at once, and everybody comes back at once, with thousands of runs open.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>

#include "engine/client/queues.hpp"
#include "tests/faults/database/tallies.hpp"
#include "tests/faults/worker/tally.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/figures.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

/// Runs that a worker of the herd may hold: far fewer than there are.
constexpr int slots = 150;

/// From now on the server writes down how many runs each owner has, whenever somebody has changed owners.
void watch_owners(const FragileWorld& world) {
    world.execute(R"(
create table public.held (owner integer not null, runs integer not null);
create function public.note_held() returns trigger language plpgsql security definer as $$
begin
    insert into public.held (owner, runs)
    select l.owner, count(*) from engine.live_runs l where l.owner > 0 group by l.owner;
    return null;
end
$$;
create trigger note_held after update on engine.live_runs
    for each statement execute function public.note_held();)");
}

/// The workflow of tests/faults/worker/tally.hpp, for one mark.
void start_herd(const FragileWorld& world, int runs) {
    world.execute(fmt::format(
        "select engine.start_workflow('default', '{}', 'herd-' || n, '1') from generate_series(1, {}) n",
        tally.name, runs));
}
void mark_herd(const FragileWorld& world, int runs) {
    world.execute(
        fmt::format("select engine.signal_workflow('default', 'herd-' || n, '{}', '7', 'mark ' || n) "
                    "from generate_series(1, {}) n",
                    tally_mark.name, runs));
}

int count(const FragileWorld& world, const std::string& of) {
    return std::stoi(world.value("select count(*) from " + of));
}

}  // namespace

TEST_CASE(
    "F15: after all workers were killed at once a herd of them goes on with thousands of open runs, none of "
    "them with more than its slots, and each run ends once") {
    const int runs = sized(2000, 10'000);
    FragileWorld world;
    const FragileWorld::Settings few{{"FAULT_RUNS", std::to_string(slots)}};
    const auto start_workers = [&](const std::string& name, int workers) {
        for (int number = 1; number <= workers; ++number)
            world.start_worker(fmt::format("{}-{}", name, number), "", few);
    };
    start_workers("before", 2);
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(2);
    start_herd(world, runs);
    // In the middle of it: most have begun and wait.
    REQUIRE(eventually([&] { return count(world, "engine.live_runs where activations > 1") > runs / 2; },
                       FragileWorld::patience));
    for (const auto& [name, pid] : world.workers().running()) ::kill(pid, SIGKILL);
    world.workers().stop(5s);
    mark_herd(world, runs);
    CHECK(count(world, "engine.closed_runs") == 0);

    watch_owners(world);
    // Nobody begins before all are there: what is hardest for the server.
    durable::client::QueueClient operators{{.connection_string = world.url()}};
    REQUIRE(operators.pause("default", {"the herd gathers", "tests"}));
    start_workers("herd", 4);
    world.await_processes(4);
    REQUIRE(operators.unpause("default", {"all are there", "tests"}));
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, 2, 20ms, acknowledged};
    // The ingress has its share of the server meanwhile.
    REQUIRE(eventually([&] { return acknowledged.count() >= 20; }, FragileWorld::patience));
    reporters.stop();
    CHECK(world.becomes_quiet());

    CHECK(count(world, fmt::format("engine.closed_runs join engine.runs using (run_id) where type = '{}' and "
                                   "status = 'completed'",
                                   tally.name)) == runs);
    const int most = std::stoi(world.value("select max(runs) from public.held"));
    CHECK(most <= slots);
    // Otherwise the bound would not have been what held them back.
    CHECK(most > slots / 2);
    CHECK(count(world,
                "(select distinct owner from public.held h join engine.workers w on w.worker_no = h.owner "
                "where w.ended_at is null) working") > 1);
    CHECK(world.unprocessed(acknowledged.all()).empty());
    durable::client::Client client{{.connection_string = world.url()}};
    for (int run = 1; run <= runs; run += runs / 30) {
        durable::client::RunRef ref;
        ref.workflow = durable::WorkflowId{fmt::format("herd-{}", run)};
        CHECK(client.result(tally, ref, FragileWorld::patience) == 7);
    }
    CHECK(world.violations() == "");
    CHECK(world.workers().tend().empty());
    figure("most runs held by one of the herd", most);
}
