// The checker raises no false alarm while workers run, die and wake up: every snapshot of a busy database is in order.

#include <doctest/doctest.h>

#include "engine/store/check.hpp"
#include "tests/worker/processes.hpp"
#include "tests/worker/world.hpp"

namespace durable::test {

TEST_CASE("every invariant holds in every snapshot of a busy database, whoever dies in it") {
    World world;
    std::vector<std::unique_ptr<WorkerProcess>> crew;  // before there is a client, and so threads
    for (const char* name : {"ann", "ben", "cleo", "dan"}) {
        crew.push_back(std::make_unique<WorkerProcess>(world.database.url(), name));
    }
    std::vector<RunId> deposits;
    std::vector<RunId> sleepers;
    std::vector<RunId> fans;
    for (int i = 0; i < 150; ++i) {
        const std::string id = std::to_string(i);
        deposits.push_back(world.start(depositor, 6, "deposit-" + id));
        sleepers.push_back(world.start(sleeper, Duration{1s} * (1 + i % 5), "sleep-" + id));
        fans.push_back(world.start(fan_out, 5, "fan-" + id));
    }
    pqxx::connection connection{world.database.url()};
    int looks = 0;
    std::int64_t timers = 0;
    const auto look = [&] {
        for (const store::CheckLine& line : store::check(connection)) {
            INFO(line.id << " " << line.sentence << " "
                         << (line.examples.empty() ? "" : line.examples.front()));
            CHECK(line.violated == 0);
            CHECK(line.problem == "");
            if (line.id == "I-16") timers += line.checked;
        }
        ++looks;
    };
    for (int killed = 0; world.number("select count(*) from engine.live_runs") > 0;) {
        look();
        if (killed < 3 && looks % 2 == 0) crew[static_cast<std::size_t>(killed++)]->kill();
    }
    look();
    CHECK(looks > 1);
    CHECK(timers > 0);  // runs that nobody owned were among what was seen
    for (const RunId run : deposits) CHECK(world.result(depositor, run) == 21);
    world.must_be_clean();
}

}  // namespace durable::test
