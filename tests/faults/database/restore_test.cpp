// F47: the database is restored to an earlier moment; the vendors remember what was done after it.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>

#include "engine/client/quarantine.hpp"
#include "tests/faults/database/backup.hpp"
#include "tests/faults/database/reporters.hpp"
#include "tests/faults/vendors.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/figures.hpp"

using namespace test;
using namespace std::chrono_literals;

namespace {

durable::client::QuarantineClient operator_of(const FragileWorld& world) {
    return durable::client::QuarantineClient{{.connection_string = world.url(), .notifications = false}};
}

void end(callflex::Supervisor& group) {
    for (const auto& [name, pid] : group.running()) ::kill(pid, SIGKILL);
    group.stop(5s);
}

/// What was sent to one vendor.
std::size_t sent(const FragileWorld& world, const std::string& vendor) {
    return ask_sandbox(world.sandbox_url(), "GET", "/sandbox/sent?limit=1000000&vendor=" + vendor)
        .at("sent")
        .size();
}

/// What the sandbox holds against what there is: everything that was made twice.
nlohmann::json made_twice(const FragileWorld& world) {
    return ask_sandbox(world.sandbox_url(), "GET", "/sandbox/invariants");
}

}  // namespace

TEST_CASE(
    "a database restored to an earlier moment does nothing in quarantine, and doubles nothing after it") {
    FragileWorld world;
    world.start_worker("worker-1");
    const auto port = world.start_ingress("ingress-1");
    world.await_processes(1);
    // Text messages take their time, so that many calls are under way at any moment.
    ask_sandbox(world.sandbox_url(), "POST", "/sandbox/faults",
                R"({"vendor": "twilio", "mode": "delay", "rate": 1, "delay_ms": 1000})");
    Acknowledgements acknowledged;
    Reporters reporters{world, {port}, full_size() ? 8 : 3, 20ms, acknowledged};
    const std::size_t enough = full_size() ? 1000 : 40;
    REQUIRE(eventually([&] { return acknowledged.count() >= enough; }, FragileWorld::patience));

    // The backup is of a moment at which much is under way; then life goes on, and is lost.
    const Backup backup{world};
    REQUIRE(eventually([&] { return acknowledged.count() >= 2 * enough; }, FragileWorld::patience));
    reporters.stop();
    REQUIRE(world.becomes_quiet());
    end(world.workers());
    end(world.ingresses());
    const std::size_t sms = sent(world, "twilio");
    const std::size_t mails = sent(world, "resend");
    REQUIRE(sms > 0);
    REQUIRE(mails > 0);

    backup.restore(world);
    auto client = operator_of(world);
    REQUIRE(client.begin(std::nullopt, {"restored for a test", "tests"}));
    CHECK_FALSE(client.begin(std::nullopt, {"again", "tests"}));
    const int open = std::stoi(world.value("select count(*) from engine.live_runs"));
    figure("open runs in the backup", open);
    REQUIRE(open > 0);
    const auto doubtful = client.doubtful(10'000);
    figure("steps in doubt", doubtful.size());
    CHECK_FALSE(doubtful.empty());

    // A worker comes, and is refused.
    world.start_worker("worker-2");
    REQUIRE(eventually(
        [&] { return world.log_of("worker-2").find("the database is in quarantine") != std::string::npos; },
        FragileWorld::patience));
    // Those of the backup are believed until their lease is over.
    CHECK(eventually([&] { return client.workers().empty(); }, FragileWorld::patience));
    CHECK(std::stoi(world.value("select count(*) from engine.live_runs")) == open);
    CHECK(sent(world, "twilio") == sms);
    CHECK(sent(world, "resend") == mails);

    REQUIRE(client.end({"looked through", "tests"}));
    REQUIRE(world.becomes_quiet());
    CHECK(world.violations() == "");
    // Everything that the forgotten hours had sent was found, by key or by mark: nothing went out twice.
    CHECK(sent(world, "twilio") == sms);
    CHECK(sent(world, "resend") == mails);
    const auto twice = made_twice(world);
    INFO(twice.dump());
    CHECK(twice.at("violations").empty());
    figure("messages sent, twice: 0", sms + mails);
    CHECK(world.value("select count(*) from engine.audit where verb like 'quarantine %'") == "2");
}

TEST_CASE(
    "a worker that is there when a quarantine begins lets go of everything, and comes back when it ends") {
    FragileWorld world;
    world.start_worker("worker-1");
    world.await_processes(1);
    auto client = operator_of(world);
    REQUIRE(client.begin(std::nullopt, {"stop everything", "tests"}));
    REQUIRE(eventually([&] { return client.workers().empty(); }, FragileWorld::patience));
    REQUIRE(eventually(
        [&] { return world.log_of("worker-1").find("the database is in quarantine") != std::string::npos; },
        FragileWorld::patience));
    REQUIRE(client.end({"go on", "tests"}));
    CHECK_FALSE(client.end({"again", "tests"}));
    CHECK(eventually([&] { return client.workers().size() == 1; }, FragileWorld::patience));
}
