// Parents and children at work: results come back, ids conflict, policies are kept, chains go on.

#include "tests/worker/families.hpp"

#include <thread>

using namespace durable;
using namespace durable::test;

namespace {

store::RunRef named(const std::string& id) {
    return {.workflow = WorkflowId{id}};
}

replay::RunStatus status_of(World& world, const std::string& id) {
    return world.client().describe(named(id)).value().status;
}

/// Until the parent says that its children are there.
void wait_until_born(World& world, RunId parent) {
    REQUIRE(eventually([&] { return world.client().published(ref(parent), born).has_value(); }));
}

}  // namespace

TEST_CASE("a child's result comes back to its parent") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(parent_of_sequences, {}, "parent");
    CHECK(world.result(parent_of_sequences, run) == 1);
    CHECK(world.client().describe(named("child-0"))->parent == run);
    world.must_be_clean();
}

TEST_CASE("a hundred children at once: all results come back") {
    World world;
    const auto worker = world.start_worker();
    Family family;
    family.children = 100;
    family.child_input = 2;
    const RunId run = world.start(parent_of_sequences, family, "parent");
    CHECK(world.result(parent_of_sequences, run, 60s) == 200);
    CHECK(world.probe->seen("add_one") == 200);
    world.must_be_clean();
}

TEST_CASE("a child works in another queue, and its result finds the way back") {
    World world;
    const auto here = world.start_worker();
    const auto there = world.start_worker([](auto& options) { options.queue = "there"; });
    Family family;
    family.queue = "there";
    const RunId run = world.start(parent_of_sequences, family, "parent");
    CHECK(world.result(parent_of_sequences, run) == 1);
    CHECK(world.client().describe(named("child-0"))->queue == "there");
    world.must_be_clean();
}

TEST_CASE("everything about families works without notifications") {
    World world;
    const auto worker = world.start_worker([](auto& options) { options.notifications = false; });
    CHECK(world.result(parent_of_sequences, world.start(parent_of_sequences, {}, "parent")) == 1);
    const RunId run = world.start(parent_of_adders, {}, "terminated");
    wait_until_born(world, run);
    world.client().terminate(ref(run), "enough", "test");
    CHECK(eventually([&] { return status_of(world, "child-0") == replay::RunStatus::terminated; }));
    world.must_be_clean();
}

TEST_CASE("a workflow id that is open is refused, a closed one is given, unless the parent forbids it") {
    World world;
    const auto worker = world.start_worker();
    world.start(adder, 1, "child-0");
    const RunId refused = world.start(curious_parent, {}, "curious");
    CHECK(world.result(curious_parent, refused).find("WorkflowIdTaken") != std::string::npos);
    world.client().signal(named("child-0"), amount, 1);
    world.client().wait_result(named("child-0"), 20s);

    Family strict;
    strict.reuse_rejected = true;
    const RunId forbidden = world.start(curious_parent, strict, "strict");
    CHECK(world.result(curious_parent, forbidden).find("WorkflowIdTaken") != std::string::npos);
    Family relaxed;
    relaxed.close_policy = "abandon";
    CHECK(world.result(curious_parent, world.start(curious_parent, relaxed, "relaxed")) == "started");
    world.client().signal(named("child-0"), amount, 1);
    world.client().wait_result(named("child-0"), 20s);
    world.must_be_clean();
}

TEST_CASE("a parent that ends, however it does, takes its children with it by policy, grandchildren too") {
    for (const std::string way : {"terminate", "time out", "complete", "fail"}) {
        CAPTURE(way);
        World world;
        const auto worker = world.start_worker();
        Family family;
        RunId run;
        if (way == "complete") {
            family.ids = "grand";
            run = world.start(careless_parent, family, "grand");
        } else {
            client::StartOptions options{.workflow = WorkflowId{"grand"}};
            if (way == "time out") options.run_timeout = 1h;
            family.ids = "grand";
            run = world.client().start(grandparent, family, options).run;
            REQUIRE(eventually([&] { return world.client().published(named("grand-0"), born).has_value(); }));
        }
        if (way == "terminate") world.client().terminate(ref(run), "enough", "test");
        if (way == "time out") world.database.advance(2h);
        if (way == "fail") world.client().terminate(named("grand-0"), "the child first", "test");
        CHECK(eventually([&] { return world.number("select count(*) from engine.live_runs") == 0; }));
        const std::string below = way == "complete" ? "grand-0" : "grand-grand-0";
        CHECK(status_of(world, below) == replay::RunStatus::terminated);
        CHECK(eventually([&] { return world.number("select count(*) from engine.errands") == 0; }));
        world.must_be_clean();
    }
}

TEST_CASE("by policy a child is asked to stop, or goes on alone") {
    World world;
    const auto worker = world.start_worker();
    Family asked;
    asked.ids = "asked";
    asked.close_policy = "request_cancel";
    Family alone;
    alone.ids = "alone";
    alone.close_policy = "abandon";
    const RunId first = world.start(parent_of_adders, asked, "first");
    const RunId second = world.start(parent_of_adders, alone, "second");
    wait_until_born(world, first);
    wait_until_born(world, second);
    world.client().terminate(ref(first), "enough", "test");
    world.client().terminate(ref(second), "enough", "test");
    CHECK(world.client().wait_result(named("asked-0"), 20s).status == replay::RunStatus::canceled);
    CHECK(eventually([&] { return world.number("select count(*) from engine.errands") == 0; }));
    CHECK(status_of(world, "alone-0") == replay::RunStatus::running);
    world.client().signal(named("alone-0"), amount, 7);
    CHECK(world.client().wait_result(named("alone-0"), 20s).result.json == "7");
    world.must_be_clean();
}

TEST_CASE("a parent that is cancelled asks its children to stop, and ends when they have") {
    World world;
    const auto worker = world.start_worker();
    Family family;
    family.children = 3;
    const RunId run = world.start(parent_of_adders, family, "parent");
    wait_until_born(world, run);
    world.client().cancel(ref(run), "enough", "test");
    CHECK(world.client().wait_result(ref(run), 20s).status == replay::RunStatus::canceled);
    CHECK(eventually([&] { return world.number("select count(*) from engine.live_runs") == 0; }));
    CHECK(eventually([&] { return world.number("select count(*) from engine.errands") == 0; }));
    world.must_be_clean();
}

TEST_CASE("a parent that orders children and ends in the same breath: abandoned ones live") {
    World world;
    const auto worker = world.start_worker();
    Family family;
    family.children = 5;
    family.close_policy = "abandon";
    CHECK(world.result(careless_parent, world.start(careless_parent, family, "careless")) == 5);
    for (int i = 0; i < 5; ++i) world.client().signal(named("child-" + std::to_string(i)), amount, i);
    for (int i = 0; i < 5; ++i) {
        CHECK(world.client().wait_result(named("child-" + std::to_string(i)), 20s).result.json ==
              std::to_string(i));
    }
    CHECK(eventually([&] { return world.number("select count(*) from engine.errands") == 0; }));
    world.must_be_clean();
}

// --- chains ------------------------------------------------------------------------------------------------

TEST_CASE(
    "a chain of a thousand runs, under a sender: no signal lost, none doubled, in order, by name and by run "
    "id") {
    World world;
    const auto worker = world.start_worker();
    constexpr int messages = 1000;
    const RunId run = world.start(tally, {messages, {}, 1}, "tally");
    std::thread sending{[&] {
        client::Client client{{.connection_string = world.database.url()}};
        for (int i = 1; i <= messages; ++i) {
            const store::RunRef to = i % 2 == 0 ? ref(run) : named("tally");
            CHECK(client.signal(to, amount, i, "message-" + std::to_string(i)) ==
                  store::SendResult::delivered);
        }
    }};
    sending.join();
    std::vector<int> expected;
    for (int i = 1; i <= messages; ++i) expected.push_back(i);
    CHECK(world.result(tally, run, 120s) == expected);
    CHECK(world.number("select count(*) from engine.runs") == messages);
    CHECK(world.number("select count(*) from engine.closed_runs where status = 'continued_as_new'") ==
          messages - 1);
    world.must_be_clean();
}

TEST_CASE("a parent does not notice that its child continues as new") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(parent_of_tally, {5, {}, 1}, "parent");
    REQUIRE(eventually([&] { return world.client().resolve(named("tally")).has_value(); }));
    for (int i = 1; i <= 5; ++i) world.client().signal(named("tally"), amount, i);
    CHECK(world.result(parent_of_tally, run) == std::vector{1, 2, 3, 4, 5});
    const auto history = world.client().history(run);
    int about_children = 0;
    for (const auto& activation : history) {
        for (const auto& event : activation.arrived)
            about_children += history::kind_name(event).starts_with("Child");
    }
    CHECK(about_children == 2);
    world.must_be_clean();
}

TEST_CASE("a parent that continues as new keeps its children until its chain closes") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(restless_parent, 3, "restless");
    REQUIRE(eventually([&] { return world.number("select count(*) from engine.children") == 3; }));
    REQUIRE(eventually([&] {
        return world.number("select count(*) from engine.closed_runs where status = 'continued_as_new'") == 3;
    }));
    // The result of a child whose parent's run is no more disturbs nobody.
    world.client().signal(named("left-3"), amount, 9);
    CHECK(world.client().wait_result(named("left-3"), 20s).status == replay::RunStatus::completed);
    world.client().signal(named("restless"), amount, 4);
    CHECK(world.result(restless_parent, run) == 4);
    CHECK(eventually([&] { return status_of(world, "left-1") == replay::RunStatus::terminated; }));
    CHECK(eventually([&] { return status_of(world, "left-2") == replay::RunStatus::terminated; }));
    CHECK(eventually([&] { return world.number("select count(*) from engine.errands") == 0; }));
    world.must_be_clean();
}

TEST_CASE("a query answers from the history alone, now, at an earlier event, and after the end") {
    World world;
    RunId run;
    {
        const auto worker = world.start_worker();
        run = world.start(tally, {3, {}, 3}, "tally");
        REQUIRE(eventually([&] { return world.client().describe(ref(run))->events == 2; }));
        for (int i = 1; i <= 2; ++i) {
            world.client().signal(ref(run), amount, i);
            const auto events = 2 + i;
            REQUIRE(eventually([&] { return world.client().describe(ref(run))->events == events; }));
        }
    }
    const auto ask = [&](std::optional<EventId> at = {}) {
        return world.client().query(world.workflows, ref(run), seen_so_far, {}, at);
    };
    CHECK(ask() == std::vector{1, 2});
    CHECK(ask(EventId{3}) == std::vector{1});
    CHECK(ask(EventId{2}).empty());
    CHECK(ask(EventId{99}) == std::vector{1, 2});
    CHECK_THROWS_AS(static_cast<void>(ask(EventId{0})), client::QueryRefused);
    CHECK_THROWS_AS(static_cast<void>(world.client().query(world.workflows, ref(run), "nothing", {})),
                    client::QueryRefused);
    const auto worker = world.start_worker();
    world.client().signal(ref(run), amount, 3);
    world.client().wait_result(ref(run), 20s);
    CHECK(ask() == std::vector{1, 2, 3});
}

TEST_CASE("why, describe and results tell of children and chains") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(parent_of_tally, {2, {}, 1}, "parent");
    REQUIRE(eventually([&] { return world.client().resolve(named("tally")).has_value(); }));
    const RunId first = *world.client().resolve(named("tally"));
    REQUIRE(eventually([&] { return world.client().why(world.workflows, ref(run)).kind == "child"; }));
    const auto why = world.client().why(world.workflows, ref(run));
    CHECK(why.cause.find("child workflow tally") != std::string::npos);
    REQUIRE(world.client().describe(ref(run))->children.size() == 1);
    world.client().signal(named("tally"), amount, 1);
    REQUIRE(eventually([&] { return world.client().resolve(named("tally")) != first; }));
    const RunId second = *world.client().resolve(named("tally"));
    CHECK(world.client().describe(ref(first))->continued_as == second);
    CHECK(world.client().why(world.workflows, ref(first)).cause.find("continued as a new run") !=
          std::string::npos);
    world.client().signal(ref(first), amount, 2);
    const auto ended = world.client().wait_result(ref(first), 20s);
    CHECK(ended.run == second);
    CHECK(ended.result.json == "[1,2]");
    CHECK(world.result(parent_of_tally, run) == std::vector{1, 2});
}

TEST_CASE("a query of a run that this build cannot replay names the build that it needs") {
    World world;
    const auto worker = world.start_worker();
    const RunId run = world.start(changing, 1, "changing");
    REQUIRE(eventually([&] { return world.client().history(run).size() == 3; }));
    const WorkflowRegistry careless = test_workflows(true);
    try {
        static_cast<void>(world.client().query(careless, ref(run), "anything", {}));
        FAIL("half a state was given");
    } catch (const client::NeedsBuild& error) {
        CHECK(error.build() == "test-1");
        CHECK(std::string{error.what()}.find("needs build test-1") != std::string::npos);
    }
}

TEST_CASE("a signal that starts: whether or not the run is open, the message is there") {
    World world;
    const auto worker = world.start_worker();
    client::StartOptions options{.workflow = WorkflowId{"conversation"}, .request_id = "first"};
    const auto first = world.client().signal_with_start(adder, 2, options, amount, 40);
    CHECK(first.start.outcome == store::StartResult::Outcome::started);
    CHECK(world.client().signal_with_start(adder, 2, options, amount, 40).signal ==
          store::SendResult::duplicate);
    options.request_id.clear();
    const auto second = world.client().signal_with_start(adder, 2, options, amount, 2);
    CHECK(second.start.run == first.start.run);
    CHECK(second.signal == store::SendResult::delivered);
    CHECK(world.result(adder, first.start.run) == 42);
    world.must_be_clean();
}
