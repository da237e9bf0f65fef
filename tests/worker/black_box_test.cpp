// Runs whose code ends the process that they run in.

#include "engine/worker/black_box.hpp"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "tests/worker/processes.hpp"
#include "tests/workflows/temporary_folder.hpp"

using namespace durable;
using namespace durable::test;
using worker::BlackBox;

namespace {

RunId run_of(std::uint8_t number) {
    RunId run;
    run.value.bytes.back() = number;
    return run;
}

/// A process with a black box of that folder, which ends at the end of `life`.
void live_and_die(const std::filesystem::path& folder, const std::function<void(BlackBox&)>& life) {
    const pid_t child = ::fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        BlackBox box{folder};
        life(box);
        ::raise(SIGKILL);
    }
    REQUIRE(::waitpid(child, nullptr, 0) == child);
}

}  // namespace

TEST_CASE("the process after one that ended inside of a run's code knows which, and how many have") {
    const ::test::TemporaryFolder folder;
    for (int deaths = 1; deaths <= 3; ++deaths) {
        live_and_die(folder.path, [](BlackBox& box) { box.enter(run_of(7)); });
        const BlackBox box{folder.path};
        REQUIRE(box.wreck());
        CHECK(box.wreck()->run == run_of(7));
        CHECK(box.wreck()->deaths == deaths);
    }
    CHECK_FALSE(BlackBox{folder.path}.wreck());  // those have ended outside
}

TEST_CASE("a run that comes back, or has been seen to, is counted anew; others stay counted") {
    const ::test::TemporaryFolder folder;
    const auto die_in = [&](std::uint8_t number) {
        live_and_die(folder.path, [number](BlackBox& box) { box.enter(run_of(number)); });
        return BlackBox{folder.path}.wreck()->deaths;
    };
    CHECK(die_in(1) == 1);
    CHECK(die_in(2) == 1);
    CHECK(die_in(1) == 2);
    live_and_die(folder.path, [](BlackBox& box) {
        box.enter(run_of(1));
        box.leave();
    });
    CHECK_FALSE(BlackBox{folder.path}.wreck());
    CHECK(die_in(1) == 1);
    BlackBox{folder.path}.forget(run_of(1));
    CHECK(die_in(1) == 1);
    CHECK(die_in(2) == 2);
    for (std::uint8_t other = 10; other < 250; ++other) CHECK(die_in(other) == 1);
    CHECK(die_in(2) == 3);  // what has ended most is kept
}

TEST_CASE("each process has a black box of its own, and one that means nothing is begun anew") {
    const ::test::TemporaryFolder folder;
    live_and_die(folder.path, [](BlackBox& box) { box.enter(run_of(1)); });
    const BlackBox first{folder.path};
    CHECK(first.wreck());
    const BlackBox second{folder.path};
    CHECK_FALSE(second.wreck());
    std::ofstream{folder.path / "3.blackbox"} << std::string(5000, 'x');
    CHECK_FALSE(BlackBox{folder.path}.wreck());
}

TEST_CASE("F16: a run whose code ends worker after worker is paused and named, and the others go on") {
    const ::test::TemporaryFolder folder;
    World world;
    const auto parked = [&](RunId run) {
        return world.number(fmt::format("select count(*) from engine.paused where run_id = '{}'",
                                        run.value.to_string())) == 1;
    };
    const auto started = start_masses(world.database, fatal.name, 2, "victim",
                                      [](int i, auto& request) { request.input = encode(i); });
    const RunId harmless = started[0];
    const RunId deadly = started[1];
    const auto closed = fmt::format("select count(*) from engine.closed_runs where run_id = '{}'",
                                    harmless.value.to_string());
    const auto works = [&](worker::WorkerOptions& options, Probe&) {
        options.black_boxes = folder.path;
        options.lease = 1s;
    };
    int deaths = 0;
    for (bool survives = false; !survives;) {
        WorkerProcess process{world.database.url(), "victim", works};
        REQUIRE(eventually([&] { return parked(deadly) || process.has_ended(); }));
        survives = !process.has_ended();
        deaths += survives ? 0 : 1;
        REQUIRE(deaths <= 3);
        if (survives) CHECK(eventually([&] { return world.number(closed) == 1; }));
    }
    CHECK(deaths == 3);
    CHECK(parked(deadly));
    CHECK(world.database.value("select reason from engine.paused")
              .find("its code has ended 3 worker processes in a row") != std::string::npos);
    world.check_invariants();
}
