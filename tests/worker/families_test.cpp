// Parents and children: results come back, ids conflict, policies are kept, whoever dies in between.

#include "tests/worker/families.hpp"
#include "tests/worker/processes.hpp"

using namespace durable;
using namespace durable::test;

TEST_CASE("a child's result comes back to its parent") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(parent_of_sequences, {}, "parent");
    CHECK(world.result(parent_of_sequences, run) == 1);
    world.must_be_clean();
}

TEST_CASE("a run that continues as new keeps its messages, its order and its name") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(tally, {3, {}, 1}, "tally");
    for (int i = 1; i <= 3; ++i) world.client().signal({.workflow = WorkflowId{"tally"}}, amount, i);
    CHECK(world.result(tally, run) == std::vector{1, 2, 3});
    CHECK(world.number("select count(*) from engine.closed_runs where status = 'continued_as_new'") == 2);
    world.must_be_clean();
}
