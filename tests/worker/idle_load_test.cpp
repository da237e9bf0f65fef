// What it costs to have nothing to do: thousands of runs sleep, one worker waits for them.

#include <thread>

#include "tests/support/cpu_time.hpp"
#include "tests/support/figures.hpp"
#include "tests/worker/processes.hpp"
#include "tests/worker/queue_programs.hpp"

using namespace durable;
using namespace durable::test;
using ::test::figure;
using ::test::full_size;
using ::test::sized;

namespace {

/// As a worker is when nobody has chosen anything: tests' workers look more often.
void by_default(worker::WorkerOptions& options) {
    worker::WorkerOptions unchanged;
    unchanged.connection_string = options.connection_string;
    unchanged.name = options.name;
    unchanged.build = options.build;
    options = unchanged;
}

/// What Postgres does by itself some time after a mass of inserts belongs to them, not to the idling afterwards.
void tidy_up(const World& world) {
    pqxx::connection connection{world.database.owner_url()};
    pqxx::nontransaction statements{connection};
    statements.exec("vacuum analyze");
    statements.exec("checkpoint");
}

/// In parts of one core, a hundred being all of it.
double percent(::test::CpuTime used, std::chrono::seconds of) {
    return 100 * used.count() / std::chrono::duration<double>(of).count();
}

}  // namespace

TEST_CASE("while thousands of runs sleep, a worker and its Postgres hardly use a processor") {
    World world;
    const int runs = sized(1500, 10'020);
    start_masses(world.database, sleeper.name, runs, "sleeper", [](int i, store::StartRequest& request) {
        request.input = encode(Duration{std::chrono::hours{12 + 24 * (i % 30)}});
    });
    const WorkerProcess worker{world.database.url(), "idle",
                               [](worker::WorkerOptions& options, Probe&) { by_default(options); }};
    REQUIRE(eventually(
        [&] {
            return world.number(
                       "select count(*) from engine.live_runs where owner is null and activations = 2") ==
                   runs;
        },
        120s));
    tidy_up(world);

    const ::test::PostgresProcesses postgres{world.database};
    const std::chrono::seconds window{sized(5, 60)};
    const auto postgres_before = postgres.cpu_time();
    const auto worker_before = ::test::cpu_time(worker.pid());
    std::this_thread::sleep_for(window);  // nothing to wait for: that nothing happens is what is measured
    const double by_postgres = percent(postgres.cpu_time() - postgres_before, window);
    const double by_worker = percent(::test::cpu_time(worker.pid()) - worker_before, window);

    figure("idle Postgres", by_postgres, "% of a core");
    figure("idle worker", by_worker, "% of a core");
    CHECK(by_postgres < (full_size() ? 1 : 10));
    CHECK(world.number("select count(*) from engine.workers where ended_at is null") == 1);
    CHECK(world.number("select count(*) from engine.live_runs where owner is null") == runs);
}
