// Updates at work: admitted, accepted, answered; rejected without a trace; broken off when runs end.

#include <thread>

#include "tests/worker/shops.hpp"

using namespace durable;
using namespace durable::test;

namespace {

using client::UpdateOptions;
using client::UpdateStage;
using client::WaitFor;

store::RunRef named(const std::string& id) {
    return {.workflow = WorkflowId{id}};
}

UpdateOptions until(WaitFor wait, const std::string& id = {}) {
    return {.id = id, .wait = wait, .timeout = 60s};
}

int events(const World& world, const std::string& kind) {
    return world.number("select count(*) from engine.history_events where kind = '" + kind + "'");
}

}  // namespace

TEST_CASE("an update is answered by the run's code; request and outcome are in its history") {
    World world;
    const auto worker = world.start_worker();
    world.start(shop, {.sales_left = 2}, "shop");
    CHECK(world.client().update(named("shop"), sell, 5) == 1);
    CHECK(world.client().update(named("shop"), sell_slowly, 6) == 2);
    CHECK(world.client().result(shop, named("shop"), 20s) == std::vector{5, 6});
    CHECK(events(world, "UpdateAccepted") == 2);
    CHECK(events(world, "UpdateCompleted") == 2);
    world.check_invariants();
}

TEST_CASE("an update admitted before there is a worker, or code, waits for both") {
    World world;
    world.start(shop, {.sales_left = 2}, "shop");
    const auto admitted =
        world.client().update(named("shop"), "sell", encode(7), until(WaitFor::admitted, "u-1"));
    CHECK(admitted.stage == UpdateStage::admitted);
    CHECK_THROWS_AS(world.client().update_result(named("shop"), "u-1", WaitFor::accepted, 10ms),
                    client::WaitTimedOut);
    const auto worker = world.start_worker();
    CHECK(world.client().update_result(sell, named("shop"), "u-1", 20s) == 1);
    world.check_invariants();
}

TEST_CASE("a rejected update leaves no event; whoever asks again hears the same") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(shop, {.sales_left = 1}, "shop");
    const auto before = [&] { return world.client().history(run).size(); };
    REQUIRE(eventually([&] { return before() == 2; }));
    const auto refused =
        world.client().update(named("shop"), "sell", encode(-1), until(WaitFor::completed, "u-1"));
    CHECK(refused.stage == UpdateStage::rejected);
    CHECK(refused.failure->type == "Negative");
    CHECK(before() == 2);
    CHECK(events(world, "UpdateAccepted") == 0);
    CHECK(world.client().update(named("shop"), "sell", encode(-1), until(WaitFor::completed, "u-1")).stage ==
          UpdateStage::rejected);
    CHECK_THROWS_AS(world.client().update(named("shop"), sell, -2), client::UpdateRefused);
    world.check_invariants();
}

TEST_CASE("a name that the code does not take is rejected once it has run, with the names that it does") {
    World world;
    world.start(shop, {.sales_left = 1}, "shop");
    world.client().update(named("shop"), "buy", encode(1), until(WaitFor::admitted, "u-1"));
    const auto worker = world.start_worker();
    const auto refused = world.client().update_result(named("shop"), "u-1", WaitFor::completed, 20s);
    CHECK(refused.stage == UpdateStage::rejected);
    CHECK(refused.failure->message.find("known: browse, sell, sell_slowly") != std::string::npos);
}

TEST_CASE("a failed handler is an answered update; the run goes on") {
    World world;
    const auto worker = world.start_worker();
    world.start(shop, {.sales_left = 1}, "shop");
    CHECK_THROWS_AS(world.client().update(named("shop"), sell_slowly, 13), ApplicationError);
    CHECK(world.number("select count(*) from engine.updates where stage = 'completed'") == 1);
    CHECK(world.client().update(named("shop"), sell, 1) == 1);
    world.check_invariants();
}

TEST_CASE("the same update id is done once, whoever sends it, and tells its answer after the end too") {
    World world;
    const auto worker = world.start_worker();
    world.start(shop, {.sales_left = 2}, "shop");
    for (int i = 0; i < 3; ++i) CHECK(world.client().update(named("shop"), sell, 5, {.id = "u-1"}) == 1);
    CHECK(events(world, "UpdateAccepted") == 1);
    CHECK_THROWS_AS(world.client().update(named("shop"), sell_slowly, 5, {.id = "u-1"}),
                    std::invalid_argument);
    CHECK(world.client().update(named("shop"), sell, 6) == 2);
    world.client().result(shop, named("shop"), 20s);
    CHECK(world.client().update(named("shop"), sell, 5, {.id = "u-1"}) == 1);
    CHECK(world.client().update_result(sell, named("shop"), "u-1", 20s) == 1);
    CHECK_THROWS_AS(world.client().update(named("shop"), sell, 9), client::NotFound);
    CHECK_THROWS_AS(world.client().update(named("nowhere"), sell, 9), client::NotFound);
    CHECK_THROWS_AS(world.client().update_result(sell, named("shop"), "u-2", 20s), client::NotFound);
}

TEST_CASE("in a caller's transaction an update is admitted exactly when that commits") {
    World world;
    world.start(shop, {.sales_left = 1}, "shop");
    pqxx::connection connection{world.database.url()};
    {
        pqxx::work tx{connection};
        CHECK(world.client().update(tx, named("shop"), "sell", encode(1), "u-1").sent ==
              store::SendResult::delivered);
    }
    CHECK(world.number("select count(*) from engine.updates") == 0);
    CHECK(world.number("select count(*) from engine.inbox") == 0);
    pqxx::work tx{connection};
    CHECK(world.client().update(tx, named("shop"), "sell", encode(1), "u-1").sent ==
          store::SendResult::delivered);
    CHECK(world.client().update(tx, named("shop"), "sell", encode(1), "u-1").sent ==
          store::SendResult::duplicate);
    tx.commit();
    const auto worker = world.start_worker();
    CHECK(world.client().update_result(sell, named("shop"), "u-1", 20s) == 1);
}

TEST_CASE("beyond a hundred under way the next update is refused, and taken once there is room") {
    World world;
    world.start(shop, {.sales_left = 200}, "shop");
    for (int i = 0; i < store::updates_under_way_max; ++i) {
        world.client().update(named("shop"), "sell", encode(i), until(WaitFor::admitted));
    }
    CHECK_THROWS_WITH_AS(world.client().update(named("shop"), "sell", encode(1), until(WaitFor::admitted)),
                         doctest::Contains("100 updates under way"), store::TooMany);
    const auto worker = world.start_worker();
    REQUIRE(eventually([&] {
        return world.number("select count(*) from engine.updates where stage = 'completed'") == 100;
    }));
    CHECK(world.client().update(named("shop"), sell, 1) == 101);
    world.check_invariants();
}

TEST_CASE("update-with-start starts a run that finds the update waiting, once for its id") {
    World world;
    const auto worker = world.start_worker();
    const client::StartOptions options{.workflow = WorkflowId{"shop"}};
    const auto send = [&](const std::string& id) {
        return world.client().update_with_start("shop", encode(Shop{.sales_left = 2}), options, "sell",
                                                encode(4), until(WaitFor::completed, id));
    };
    const auto first = send("u-1");
    CHECK(first.start.outcome == store::StartResult::Outcome::started);
    CHECK(first.update.result.json == "1");
    CHECK(send("u-1").start.outcome == store::StartResult::Outcome::existing);
    const auto second = send("u-2");
    CHECK(second.start.outcome == store::StartResult::Outcome::existing);
    CHECK(second.update.result.json == "2");
    world.client().result(shop, named("shop"), 20s);
    CHECK(send("u-2").update.result.json == "2");
    CHECK(world.number("select count(*) from engine.runs") == 1);
    CHECK(send("u-3").start.outcome == store::StartResult::Outcome::started);
    world.check_invariants();
}

// --- ends ------------------------------------------------------------------------------------------------

TEST_CASE(
    "a run that ends in its first activation has seen all signals, and tells updates that it was closing") {
    World world;
    world.start(closed_shop, {}, "shop");
    world.client().signal(named("shop"), sale, 1);
    world.client().update(named("shop"), "sell", encode(1), until(WaitFor::admitted, "u-1"));
    world.client().signal(named("shop"), sale, 2);
    const auto worker = world.start_worker();
    CHECK(world.client().result(closed_shop, named("shop"), 20s) == 2);
    const auto info = world.client().update_result(named("shop"), "u-1", WaitFor::completed, 20s);
    CHECK(info.stage == UpdateStage::aborted);
    CHECK(info.failure->type == "WorkflowClosed");
    CHECK(events(world, "UpdateAccepted") == 0);
    world.check_invariants();
}

TEST_CASE("an accepted update whose run ends first fails, and says so; so does one of a terminated run") {
    for (const bool terminated : {false, true}) {
        World world;
        const auto worker = world.start_worker();
        const RunId run = world.start(shop, {.sales_left = 5}, "shop");
        const auto info =
            world.client().update(named("shop"), "browse", Payload{}, until(WaitFor::accepted, "u-1"));
        CHECK(info.stage == UpdateStage::accepted);
        if (terminated) {
            world.client().terminate(ref(run), "enough", "test");
        } else {
            world.client().signal(named("shop"), close_shop, {});
        }
        const auto over = world.client().update_result(named("shop"), "u-1", WaitFor::completed, 20s);
        CHECK(over.stage == UpdateStage::aborted);
        CHECK(over.failure->type == "WorkflowClosed");
        CHECK_FALSE(over.failure->retryable);
        world.check_invariants();
    }
}

TEST_CASE("a terminated run breaks off updates that nobody has looked at") {
    World world;
    const RunId run = world.start(shop, {.sales_left = 5}, "shop");
    world.client().update(named("shop"), "sell", encode(1), until(WaitFor::admitted, "u-1"));
    world.client().terminate(ref(run), "enough", "test");
    CHECK(world.client().update_result(named("shop"), "u-1", WaitFor::completed, 20s).stage ==
          UpdateStage::aborted);
    world.check_invariants();
}

TEST_CASE("what a run has accepted and not answered when it goes on as new may be sent again, under its id") {
    World world;
    const auto worker = world.start_worker();
    world.start(shop, {.sales_left = 3, .sales_a_run = 1}, "shop");
    world.client().update(named("shop"), "browse", Payload{}, until(WaitFor::accepted, "u-1"));
    CHECK(world.client().update(named("shop"), sell, 1) == 1);
    const auto broken = world.client().update_result(named("shop"), "u-1", WaitFor::completed, 20s);
    CHECK(broken.stage == UpdateStage::aborted);
    CHECK(broken.failure->retryable);
    const auto again =
        world.client().update(named("shop"), "browse", Payload{}, until(WaitFor::accepted, "u-1"));
    CHECK(again.stage == UpdateStage::accepted);
    CHECK(again.run != broken.run);
    world.check_invariants();
}

TEST_CASE("chains under many senders of signals and updates: none lost, none twice, each sender's in order") {
    World world;
    const auto worker = world.start_worker();
    constexpr int senders = 6;
    constexpr int messages = 60;
    world.start(shop, {.sales_left = senders * messages, .sales_a_run = 5}, "shop");
    std::vector<std::jthread> sending;
    for (int who = 0; who < senders; ++who) {
        sending.emplace_back([&world, who] {
            client::Client client{{.connection_string = world.database.url()}};
            for (int i = 0; i < messages; ++i) {
                const int item = who * 1000 + i;
                const std::string id = "m-" + std::to_string(item);
                if (who % 2 == 0) {
                    CHECK(client.signal(named("shop"), sale, item, id) == store::SendResult::delivered);
                } else {
                    CHECK(client.update(named("shop"), "sell", encode(item), until(WaitFor::completed, id))
                              .stage == UpdateStage::completed);
                }
            }
        });
    }
    sending.clear();
    const auto sold = world.client().result(shop, named("shop"), 120s);
    REQUIRE(sold.size() == senders * messages);
    std::vector<int> next(senders, 0);
    for (const int item : sold) CHECK(item % 1000 == next[static_cast<std::size_t>(item / 1000)]++);
    CHECK(world.number("select count(*) from engine.updates where stage <> 'completed'") == 0);
    world.check_invariants();
}

// --- from workflow to workflow, and floods -----------------------------------------------------------------

TEST_CASE("a workflow signals another one, once; one that is not there is told to the sender") {
    World world;
    const auto worker = world.start_worker();
    world.start(shop, {.sales_left = 2}, "shop");
    const RunId run = world.start(teller, 3, "teller");
    CHECK(world.result(teller, run) == "told, WorkflowNotFound");
    world.client().signal(named("shop"), sale, 4);
    CHECK(world.client().result(shop, named("shop"), 20s) == std::vector{3, 4});
    CHECK(world.number("select count(*) from engine.errands") == 0);
    world.must_be_clean();
    world.check_invariants();
}

TEST_CASE(
    "signals that a run does not read are counted, and beyond the bound refused; cancel requests are not") {
    World world;
    const auto worker = world.start_worker();
    world.start(adder, 1, "adder");
    client::Client client{{.connection_string = world.database.url()}};
    pqxx::connection connection{world.database.url()};
    {
        pqxx::work tx{connection};
        for (int i = 0; i < 1200; ++i) client.signal(tx, named("adder"), "sale", encode(i), "");
        tx.commit();
    }
    client.notify();
    REQUIRE(eventually([&] { return world.number("select max(unread) from engine.live_runs") >= 1000; }));
    world.database.execute("update engine.live_runs set unread = " +
                           std::to_string(store::unread_signals_max));
    CHECK_THROWS_WITH_AS(client.signal(named("adder"), sale, 1), doctest::Contains("unread messages"),
                         store::TooMany);
    CHECK(client.cancel(named("adder"), "enough", "test") == store::SendResult::delivered);
}
