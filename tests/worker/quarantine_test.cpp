// After a quarantine: what a run may have done after the moment to which the database was restored.

#include "engine/client/quarantine.hpp"
#include "tests/worker/world.hpp"

using namespace durable;
using namespace durable::test;

namespace {

/// The database was restored: declared, looked at, over.
void quarantine(const World& world) {
    client::QuarantineClient client{{.connection_string = world.database.url(), .notifications = false}};
    REQUIRE(client.begin(std::nullopt, {"restored", "tests"}));
    REQUIRE(client.last()->open());
    REQUIRE(client.end({"looked through", "tests"}));
    REQUIRE_FALSE(client.last()->open());
}

}  // namespace

TEST_CASE(
    "an at-most-once activity of a run that was open at the restore is looked for before its first attempt") {
    World world;
    const RunId forgotten = world.start(sender, 5, "sent after the backup");
    quarantine(world);
    world.probe->set("effects", 1);  // what the vendor knows
    const auto worker = world.start_worker();
    CHECK(world.result(sender, forgotten) == "sent 1005");
    CHECK(world.probe->seen("reconciled") == 1);
    CHECK(world.probe->seen("send attempts") == 0);
    world.must_be_clean();
}

TEST_CASE(
    "one that the vendor does not know is sent, and one of a run from after the quarantine without a look") {
    World world;
    const RunId forgotten = world.start(sender, 5, "not sent yet");
    quarantine(world);
    const auto worker = world.start_worker();
    CHECK(world.result(sender, forgotten) == "sent 6");
    CHECK(world.probe->seen("reconciled") == 1);
    CHECK(world.probe->seen("send attempts") == 1);
    const RunId later = world.start(sender, 7, "of another time");
    CHECK(world.result(sender, later) == "sent 8");
    CHECK(world.probe->seen("reconciled") == 1);
    CHECK(world.probe->seen("send attempts") == 2);
}

TEST_CASE("what open runs had ordered and not heard of is listed, with what becomes of it") {
    World world;
    {
        const auto worker = world.start_worker();
        const RunId run = world.start(gated, "door", "waiting");
        REQUIRE(eventually([&] { return world.probe->seen("gate door") == 1; }));
        REQUIRE(eventually([&] { return world.client().history(run).size() >= 2; }));
    }
    client::QuarantineClient client{{.connection_string = world.database.url(), .notifications = false}};
    REQUIRE(client.begin(std::nullopt, {"restored", "tests"}));
    const auto doubtful = client.doubtful(10);
    REQUIRE(doubtful.size() == 1);
    CHECK(doubtful.front().type == "gate");
    CHECK(doubtful.front().workflow.value == "waiting");
    CHECK_FALSE(doubtful.front().at_most_once);
}
