// Resets and forks, run by workers: what the new run knows, what it is told again, what becomes of children.

#include <thread>

#include "tests/worker/families.hpp"

using namespace durable;
using namespace durable::test;

namespace {

using client::ResetOptions;
using client::ResetPoint;

/// Draws, runs an activity, draws again, takes amounts, draws once more; tells all of it.
constexpr WorkflowType<int, std::vector<std::string>> story{"story"};
constexpr WorkflowType<int, int> two_gates{"two_gates"};

Task<std::vector<std::string>> tell(Workflow& wf, int amounts) {
    std::vector<std::string> told;
    told.push_back(wf.uuid().to_string());
    told.push_back(std::to_string(co_await wf.run(add_one, 1)));
    told.push_back(wf.uuid().to_string());
    for (int i = 0; i < amounts; ++i) told.push_back(std::to_string(co_await wf.signals(amount).receive()));
    told.push_back(wf.uuid().to_string());
    told.push_back(wf.info().run.value.to_string());
    co_return told;
}

Task<int> run_two_gates(Workflow& wf, int) {
    auto first = wf.start(gate, {"first"});
    auto second = wf.start(gate, {"second"});
    const int one = co_await first;
    co_return one + co_await second;
}

class Stage : public World {
  public:
    Stage() {
        workflows.add(story, tell);
        workflows.add(two_gates, run_two_gates);
    }

    RunId reset(RunId run, ResetPoint point, const std::string& request_id = {}) {
        ResetOptions options{.point = point, .reason = "a test", .identity = "tester"};
        options.request_id = request_id;
        return client().reset(workflows, ref(run), options).run;
    }
    void send(RunId run, int value) {
        CHECK(client().signal(ref(run), amount, value) == store::SendResult::delivered);
    }
    [[nodiscard]] int events(RunId run, const std::string& kind) const {
        return number("select count(*) from engine.history_events where kind = '" + kind +
                      "' and run_id = '" + run.value.to_string() + "'");
    }
    [[nodiscard]] bool eventually_has(RunId run, const std::string& kind, int count) const {
        return eventually([&] { return events(run, kind) == count; });
    }
};

const ResetPoint last_activation{ResetPoint::At::last_activation};
const ResetPoint first_activation{ResetPoint::At::first_activation};

}  // namespace

TEST_CASE("a reset run draws the numbers of the copied history again, and others after the point") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(story, 0, "story");
    const auto told = stage.result(story, base);
    const RunId again = stage.reset(base, last_activation);
    CHECK(again != base);
    const auto retold = stage.result(story, again);
    CHECK(retold[0] == told[0]);
    CHECK(retold[2] != told[2]);  // drawn in the activation that was made again
    CHECK(retold.back() == again.value.to_string());
    SUBCASE("and a reset of that one draws each stretch's own") {
        const RunId third = stage.reset(again, last_activation);
        const auto thrice = stage.result(story, third);
        CHECK(thrice[0] == told[0]);
        CHECK(thrice[2] != retold[2]);
    }
    SUBCASE("a reset to the very beginning draws anew from the start") {
        const auto anew = stage.result(story, stage.reset(base, first_activation));
        CHECK(anew[0] != told[0]);
    }
    stage.check_invariants();
}

TEST_CASE("a result that had arrived before the activation that is made again is not fetched once more") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(story, 0, "story");
    stage.result(story, base);
    stage.result(story, stage.reset(base, last_activation));
    CHECK(stage.probe->seen("add_one") == 1);
    SUBCASE("before it had arrived the activity is pending, and is run again") {
        // Event 2 orders the activity, event 3 is its result.
        stage.result(story, stage.reset(base, {.at = ResetPoint::At::event, .event = EventId{2}}));
        CHECK(stage.probe->seen("add_one") == 2);
    }
    stage.must_be_clean();
}

TEST_CASE(
    "messages that came after the point are delivered again, in order, and who waits for the base waits on") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(story, 4, "story");
    for (const int value : {1, 2, 3}) stage.send(base, value);
    REQUIRE(stage.eventually_has(base, "SignalReceived", 3));
    const RunId again = stage.reset(base, first_activation);
    CHECK(stage.status(base) == replay::RunStatus::terminated);
    stage.send(base, 4);  // the chain goes on: so does its name
    const auto told = stage.result(story, base);
    CHECK(std::vector<std::string>(told.begin() + 3, told.begin() + 7) ==
          std::vector<std::string>{"1", "2", "3", "4"});
    CHECK(told.back() == again.value.to_string());
    stage.must_be_clean();
    stage.check_invariants();
}

TEST_CASE("signals are left out when a reset is asked to") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(story, 2, "story");
    stage.send(base, 1);
    REQUIRE(stage.eventually_has(base, "SignalReceived", 1));
    ResetOptions options{.point = first_activation};
    options.exclude.signals = true;
    const auto result = stage.client().reset(stage.workflows, ref(base), options);
    CHECK(result.resent == 0);
    stage.send(result.run, 5);
    stage.send(result.run, 6);
    const auto told = stage.result(story, result.run);
    CHECK(told[3] == "5");
}

TEST_CASE("a reset of a reset delivers no message twice") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(story, 3, "story");
    stage.send(base, 1);
    REQUIRE(stage.eventually_has(base, "SignalReceived", 1));
    const RunId second = stage.reset(base, first_activation);
    stage.send(second, 2);
    REQUIRE(stage.eventually_has(second, "SignalReceived", 2));
    SUBCASE("of the first run, while the second is open") {
        const RunId third = stage.reset(base, first_activation);
        stage.send(third, 3);
        const auto told = stage.result(story, third);
        CHECK(std::vector<std::string>(told.begin() + 3, told.begin() + 6) ==
              std::vector<std::string>{"1", "2", "3"});
    }
    SUBCASE("of the second") {
        const RunId third = stage.reset(second, first_activation);
        stage.send(third, 3);
        const auto told = stage.result(story, third);
        CHECK(std::vector<std::string>(told.begin() + 3, told.begin() + 6) ==
              std::vector<std::string>{"1", "2", "3"});
    }
    stage.check_invariants();
}

TEST_CASE("messages are re-sent from every run of a chain, also from those that came after the base") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(tally, {.left = 3, .seen = {}}, "tally");
    for (const int value : {1, 2}) stage.send(base, value);
    REQUIRE(eventually([&] { return stage.number("select count(*) from engine.runs") == 3; }));
    const RunId again = stage.reset(base, first_activation);
    stage.send(again, 3);
    CHECK(stage.result(tally, base) == std::vector<int>{1, 2, 3});
    stage.must_be_clean();
    stage.check_invariants();
}

TEST_CASE("activities that were pending at the point are scheduled again; the others' results are kept") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(two_gates, 0, "gates");
    REQUIRE(eventually([&] { return stage.probe->seen("gate second") == 1; }));
    stage.probe->count("open first");
    REQUIRE(stage.eventually_has(base, "ActivityCompleted", 1));
    const RunId again = stage.reset(base, {.at = ResetPoint::At::event, .event = EventId{4}});
    REQUIRE(eventually([&] { return stage.probe->seen("gate second") == 2; }));
    stage.probe->count("open second");
    CHECK(stage.result(two_gates, again) == 2);
    CHECK(stage.probe->seen("gate first") == 1);
    stage.must_be_clean();
}

TEST_CASE("a child from before the point stays, and its close reaches the run that goes on") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(parent_of_adders, {.children = 1}, "parent");
    REQUIRE(eventually([&] { return !stage.client().published(ref(base), "born").empty(); }));
    const auto child = stage.client().resolve({.workflow = WorkflowId{"child-0"}});
    REQUIRE(child);
    const RunId again = stage.reset(base, last_activation);
    SUBCASE("open at the reset") {
        CHECK(stage.client().signal(ref(*child), amount, 7) == store::SendResult::delivered);
    }
    SUBCASE("and reset itself on the way") {
        const RunId next = stage.reset(*child, first_activation);
        CHECK(stage.client().signal(ref(next), amount, 7) == store::SendResult::delivered);
    }
    CHECK(stage.result(parent_of_adders, again) == 7);
    stage.must_be_clean();
    stage.check_invariants();
}

TEST_CASE("a child that has closed meanwhile is known to the reset run by its true outcome") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(parent_of_adders, {.children = 1}, "parent");
    REQUIRE(eventually([&] { return !stage.client().published(ref(base), "born").empty(); }));
    SUBCASE("told to the run that was reset") {
        CHECK(stage.client().signal({.workflow = WorkflowId{"child-0"}}, amount, 7) ==
              store::SendResult::delivered);
        CHECK(stage.result(parent_of_adders, base) == 7);
    }
    SUBCASE("told to nobody, since its parent had been terminated and let it go") {
        stage.database.execute("update engine.children set parent_close = 'abandon'");
        CHECK(stage.client().terminate(ref(base), "enough", "test") == store::SendResult::delivered);
        REQUIRE(eventually([&] { return stage.number("select count(*) from engine.children") == 0; }));
        CHECK(stage.client().signal({.workflow = WorkflowId{"child-0"}}, amount, 7) ==
              store::SendResult::delivered);
        REQUIRE(eventually([&] { return stage.number("select count(*) from engine.live_runs") == 0; }));
    }
    const auto child_runs = stage.number("select count(*) from engine.runs where workflow_id = 'child-0'");
    // Event 2 orders the child.
    const RunId again = stage.reset(base, {.at = ResetPoint::At::event, .event = EventId{2}});
    CHECK(stage.result(parent_of_adders, again) == 7);
    CHECK(stage.number("select count(*) from engine.runs where workflow_id = 'child-0'") == child_runs);
    stage.must_be_clean();
}

TEST_CASE(
    "children from after the point end with the reset, and their ids are free for those that are started "
    "again") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(parent_of_adders, {.children = 2, .close_policy = "abandon"}, "parent");
    REQUIRE(eventually([&] { return !stage.client().published(ref(base), "born").empty(); }));
    const auto before = stage.client().resolve({.workflow = WorkflowId{"child-0"}});
    const auto result = stage.client().reset(stage.workflows, ref(base), {.point = first_activation});
    CHECK(result.children_ended == 2);
    CHECK(stage.status(*before) == replay::RunStatus::terminated);
    REQUIRE(eventually([&] { return stage.number("select count(*) from engine.live_runs") == 3; }));
    for (const char* child : {"child-0", "child-1"}) {
        CHECK(stage.client().signal({.workflow = WorkflowId{child}}, amount, 4) ==
              store::SendResult::delivered);
    }
    CHECK(stage.result(parent_of_adders, result.run) == 8);
    stage.must_be_clean();
    stage.check_invariants();
}

TEST_CASE("a parent's await goes on with the run that its child was reset to") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId parent = stage.start(parent_of_tally, {.left = 2, .per_run = 2}, "parent");
    const store::RunRef child{.workflow = WorkflowId{"tally"}};
    REQUIRE(eventually([&] { return stage.client().resolve(child).has_value(); }));
    CHECK(stage.client().signal(child, amount, 1) == store::SendResult::delivered);
    const auto run = stage.client().resolve(child);
    REQUIRE(stage.eventually_has(*run, "SignalReceived", 1));
    stage.reset(*run, first_activation);
    CHECK(stage.client().signal(child, amount, 2) == store::SendResult::delivered);
    CHECK(stage.result(parent_of_tally, parent) == std::vector<int>{1, 2});
    stage.must_be_clean();
    stage.check_invariants();
}

TEST_CASE("a request id resets once, however often it is sent") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(story, 1, "story");
    REQUIRE(stage.eventually_has(base, "ActivityCompleted", 1));
    const RunId once = stage.reset(base, last_activation, "request-1");
    CHECK(stage.reset(base, first_activation, "request-1") == once);
    CHECK(stage.number("select count(*) from engine.runs") == 2);
    CHECK(stage.number("select count(*) from engine.audit where verb = 'workflow reset'") == 1);
    stage.send(once, 1);
    stage.result(story, once);
    CHECK(stage.reset(base, first_activation, "request-1") == once);
}

TEST_CASE("the point before the first mismatch is where this program's code begins to answer otherwise") {
    World world;
    world.workflows = test_workflows(false);
    RunId base;
    {
        const auto worker = world.start_worker();
        base = world.start(changing, 1, "changing");
        REQUIRE(eventually([&] {
            return world.number(
                       "select count(*) from engine.history_events where kind = 'ActivityCompleted'") == 1;
        }));
    }
    const WorkflowRegistry changed = test_workflows(true);
    const client::ResetPoint point{client::ResetPoint::At::before_first_mismatch};
    CHECK_THROWS_AS(static_cast<void>(world.client().reset(world.workflows, ref(base), {.point = point})),
                    store::ResetRefused);
    const auto result = world.client().reset(changed, ref(base), {.point = point});
    const auto inspection = world.client().inspect(changed, result.run);
    CHECK_FALSE(inspection.blocked);
}

TEST_CASE("a fork runs beside its base, under its own id, and is told nothing again") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(story, 1, "story");
    REQUIRE(stage.eventually_has(base, "ActivityCompleted", 1));
    stage.send(base, 1);
    const auto told = stage.result(story, base);
    const auto fork = stage.client().fork(stage.workflows, ref(base), WorkflowId{"fork"},
                                          {.point = {ResetPoint::At::event, EventId{2}}});
    stage.send(fork.run, 9);
    const auto retold = stage.result(story, fork.run);
    CHECK(retold[0] == told[0]);
    CHECK(retold[3] == "9");
    CHECK(stage.status(base) == replay::RunStatus::completed);
    CHECK(stage.client().resolve({.workflow = WorkflowId{"story"}}) == base);
    SUBCASE("an id that is open is refused") {
        const RunId open = stage.start(story, 1, "taken");
        CHECK_THROWS_AS(
            static_cast<void>(stage.client().fork(stage.workflows, ref(base), WorkflowId{"taken"}, {})),
            store::ResetRefused);
        CHECK(stage.open(open));
    }
    stage.check_invariants();
}

TEST_CASE("a reset in a transaction that is rolled back has not happened") {
    Stage stage;
    const RunId base = stage.start(story, 1, "story");
    pqxx::connection connection{stage.database.url()};
    {
        pqxx::work tx{connection};
        const auto result = stage.client().reset(tx, stage.workflows, ref(base), {.point = first_activation});
        CHECK(result.run != base);
    }
    CHECK(stage.open(base));
    CHECK(stage.number("select count(*) from engine.runs") == 1);
    CHECK(stage.number("select count(*) from engine.audit") == 0);
}

TEST_CASE(
    "a run with a hundred signals is reset again and again under its senders: each is received once, in "
    "order") {
    Stage stage;
    const auto worker = stage.start_worker();
    const RunId base = stage.start(tally, {.left = 100, .seen = {}, .per_run = 10}, "tally");
    std::thread postman{[&] {
        for (int value = 1; value <= 100; ++value) {
            while (stage.client().signal({.workflow = WorkflowId{"tally"}}, amount, value,
                                         "amount-" + std::to_string(value)) == store::SendResult::closed) {
            }
        }
    }};
    for (int resets = 0; resets < 5; ++resets) {
        const int received = 15 * (resets + 1);
        const bool far = eventually([&] {
            return stage.number(
                       "select count(distinct fields ->> 'request_id') from engine.history_events "
                       "where kind = 'SignalReceived'") >= received;
        });
        CHECK(far);
        const auto newest = stage.client().resolve({.workflow = WorkflowId{"tally"}});
        REQUIRE(newest);
        if (stage.open(*newest)) stage.reset(*newest, first_activation);
    }
    postman.join();
    std::vector<int> expected;
    for (int value = 1; value <= 100; ++value) expected.push_back(value);
    CHECK(stage.result(tally, base, 60s) == expected);
    stage.must_be_clean();
    stage.check_invariants();
}
