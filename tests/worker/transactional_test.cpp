// Transactional activities: their rows and their completion commit together, whatever is lost on the way.

#include <atomic>

#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::test;
using store::Faults;

namespace {

/// Makes the n-th passage of a point fail, for every n up to `times`.
Faults failing_at(Faults::Point point, const std::string& statement, int times) {
    auto left = std::make_shared<std::atomic<int>>(times);
    Faults faults;
    faults.hook = [=](Faults::Point here, const char* name) {
        const bool hit = here == point && statement == name && left->fetch_sub(1) > 0;
        if (hit && point == Faults::Point::before_send) throw store::StoreUnavailable{"injected"};
        return hit;
    };
    return faults;
}

void must_be_exactly_once(World& world, RunId run, int times) {
    CHECK(world.result(depositor, run) == times * (times + 1) / 2);
    CHECK(world.number("select count(*) from public.deposits") == times);
    CHECK(world.number("select coalesce(sum(amount), 0) from public.deposits") == times * (times + 1) / 2);
    world.must_be_clean();
}

}  // namespace

TEST_CASE("each transactional activity leaves its row exactly once") {
    World world;
    const auto worker = world.start_worker();
    must_be_exactly_once(world, world.start(depositor, 5, "deposits"), 5);
}

TEST_CASE("a transactional attempt that fails leaves nothing, and its retry leaves one row") {
    World world;
    world.probe->set("deposit fails", 2);
    const auto worker = world.start_worker();
    must_be_exactly_once(world, world.start(depositor, 3, "failing deposits"), 3);
    CHECK(world.probe->seen("deposit attempts") == 5);
}

TEST_CASE("exactly once, although the commit's reply is lost") {
    for (const std::string statement : {"transactional_commit", "commit_batch"}) {
        CAPTURE(statement);
        World world;
        const auto worker = world.start_worker([&](auto& options) {
            options.faults = failing_at(Faults::Point::after_commit_reply_lost, statement, 3);
        });
        must_be_exactly_once(world, world.start(depositor, 4, "reply lost"), 4);
    }
}

TEST_CASE("exactly once, although nothing reaches the server at first") {
    World world;
    const auto worker = world.start_worker([&](auto& options) {
        options.faults = failing_at(Faults::Point::before_send, "transactional_commit", 3);
    });
    must_be_exactly_once(world, world.start(depositor, 4, "not sent"), 4);
}

TEST_CASE("exactly once when it runs by its row") {
    World world;
    const auto workflows = world.start_worker([](auto& options) { options.run_activities = false; });
    const auto activities = world.start_worker([](auto& options) { options.run_workflows = false; });
    must_be_exactly_once(world, world.start(depositor, 4, "deposits by row"), 4);
}
