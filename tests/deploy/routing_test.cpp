// Who may claim what: unrouted queues, current, pinned and ramping builds, moves; and what a promotion needs.

#include <algorithm>

#include "tests/deploy/stage.hpp"

namespace test {
namespace {

using Outcome = client::Promoted::Outcome;
using State = client::BuildInfo::State;

struct Builds : Stage {
    WorkflowRegistry workflows = workflows_of(Code::old);
    Player one{database.url(), workflows, "build-1"};
    Player two{database.url(), workflows, "build-2"};
};

}  // namespace

TEST_CASE("on a queue without a deployment every worker takes every run, of pinned types too") {
    Builds b;
    const RunId run = b.start(faithful, {}, "f-1");
    CHECK(b.one.play_all() == std::set{run});
    b.signal(run, "hello");
    CHECK(b.two.play_all() == std::set{run});
    b.must_hold();
}

TEST_CASE("only the current build gets runs that are not pinned; a promotion moves them at their next turn") {
    Builds b;
    REQUIRE(b.force("build-1") == Outcome::done);
    const RunId run = b.start(waiting, {}, "w-1");
    CHECK(b.two.play_all().empty());
    CHECK(b.one.play_all() == std::set{run});

    REQUIRE(b.force("build-2") == Outcome::done);
    b.signal(run, "hello");
    CHECK(b.one.play_all().empty());
    CHECK(b.two.play_all() == std::set{run});
    CHECK(b.recorded_by(run).back() == "build-2");
    b.must_hold();
}

TEST_CASE("a run of a pinned type stays with the build that began it; that build drains until it has ended") {
    Builds b;
    REQUIRE(b.force("build-1") == Outcome::done);
    const RunId run = b.start(faithful, {}, "f-1");
    CHECK(b.one.play_all() == std::set{run});
    REQUIRE(b.force("build-2") == Outcome::done);
    CHECK(b.build("build-1").state == State::draining);
    CHECK(b.build("build-1").pinned_runs == 1);

    b.signal(run, "hello");
    CHECK(b.two.play_all().empty());
    CHECK(b.one.play_all() == std::set{run});
    CHECK(b.build("build-1").state == State::drained);
    b.must_hold();
}

TEST_CASE("a ramp takes the workflow ids whose hash falls into its share, the same ones every time") {
    Builds b;
    REQUIRE(b.force("build-1") == Outcome::done);
    REQUIRE(b.force("build-2", 30) == Outcome::done);
    std::set<RunId> ramped;
    std::set<RunId> others;
    for (int i = 0; i < 100; ++i) {
        const std::string id = "w-" + std::to_string(i);
        const bool in_share = b.database.value("select engine.ramp_bucket('" + id + "') < 30") == "t";
        (in_share ? ramped : others).insert(b.start(waiting, {}, id));
    }
    CHECK(ramped.size() > 10);
    CHECK(ramped.size() < 50);
    CHECK(b.two.play_all() == ramped);
    CHECK(b.one.play_all() == others);
    b.must_hold();
}

TEST_CASE("when a ramp is taken out, its runs that are not pinned go to the current build") {
    Builds b;
    REQUIRE(b.force("build-1") == Outcome::done);
    REQUIRE(b.force("build-2", 99) == Outcome::done);
    std::set<RunId> runs;
    for (int i = 0; i < 20; ++i) runs.insert(b.start(waiting, {}, "w-" + std::to_string(i)));
    const auto ramped = b.two.play_all();
    REQUIRE_FALSE(ramped.empty());
    CHECK(b.deployments.stop_ramp("default", "build-2", {"ann", "errors"}) == store::Stopped::done);
    for (const RunId run : ramped) b.signal(run, "hello");
    b.one.sweep();
    CHECK(b.two.play_all().empty());
    const auto taken = b.one.play_all();
    CHECK(std::includes(taken.begin(), taken.end(), ramped.begin(), ramped.end()));
    CHECK(b.deployments.stop_ramp("default", "build-1", {"ann", ""}) == store::Stopped::is_current);
    CHECK(b.deployments.stop_ramp("else", "build-1", {"ann", ""}) == store::Stopped::not_routed);
    b.must_hold();
}

TEST_CASE("a build that ramps and is promoted keeps what it has, and loses it at the next promotion") {
    Builds b;
    REQUIRE(b.force("build-1") == Outcome::done);
    REQUIRE(b.force("build-2", 99) == Outcome::done);
    const RunId run = b.start(waiting, {}, "w-1");
    REQUIRE(b.two.play_all() == std::set{run});
    REQUIRE(b.force("build-2") == Outcome::done);
    REQUIRE(b.force("build-1") == Outcome::done);
    b.one.sweep();
    b.signal(run, "hello");
    CHECK(b.two.play_all().empty());
    CHECK(b.one.play_all() == std::set{run});
    b.must_hold();
}

TEST_CASE("an operator gives one run to a build, and back to whichever is current") {
    Builds b;
    REQUIRE(b.force("build-1") == Outcome::done);
    const RunId run = b.start(waiting, {}, "w-1");
    const client::RunRef ref{.run = run};
    CHECK(b.deployments.move(ref, "build-2", {"ann", "has the fix"}) == store::Moved::moved);
    CHECK(b.one.play_all().empty());
    CHECK(b.two.play_all() == std::set{run});
    b.signal(run, "hello");
    CHECK(b.deployments.move(ref, std::nullopt, {"ann", "done"}) == store::Moved::moved);
    CHECK(b.two.play_all().empty());
    CHECK(b.one.play_all() == std::set{run});
    CHECK(b.deployments.move(ref, "build-2", {"ann", "late"}) == store::Moved::closed);
    CHECK(b.deployments.move({.workflow = WorkflowId{"ghost"}}, "build-2", {"ann", ""}) ==
          store::Moved::not_found);
    CHECK(b.database.value("select count(*) from engine.audit where verb = 'workflow move'") == "2");
    b.must_hold();
}

TEST_CASE("a queue that is routed no more gives every run to every worker again") {
    Builds b;
    REQUIRE(b.force("build-1") == Outcome::done);
    const RunId run = b.start(faithful, {}, "f-1");
    CHECK(b.one.play_all() == std::set{run});
    CHECK(b.deployments.end("default", {"ann", "enough"}));
    CHECK_FALSE(b.deployments.end("default", {"ann", "again"}));
    b.signal(run, "hello");
    CHECK(b.two.play_all() == std::set{run});
    b.must_hold();
}

TEST_CASE("a promotion needs a good verdict, or force with a reason") {
    Builds b;
    CHECK(b.promote("build-2") == Outcome::no_verdict);
    b.start(ordering, {"chair", 1}, "o-1");
    b.one.play_all();
    b.judge("build-2", workflows_of(Code::renamed_step));
    CHECK(b.promote("build-2") == Outcome::bad_verdict);
    b.judge("build-2", workflows_of(Code::old));
    CHECK(b.promote("build-2") == Outcome::done);
    CHECK(b.promote("build-2") == Outcome::unchanged);

    client::Promotion forced;
    forced.build = "build-3";
    forced.force = true;
    CHECK_THROWS_AS(static_cast<void>(b.deployments.promote(forced)), std::invalid_argument);
    forced.act.reason = "outage";
    CHECK(b.deployments.promote(forced).outcome == Outcome::no_workers);
    forced.without_workers = true;
    CHECK(b.deployments.promote(forced).outcome == Outcome::done);
    CHECK(b.build("build-3").forced == "outage");
    CHECK(b.database.value("select reason from engine.audit order by audit_id desc limit 1") == "outage");
    b.must_hold();
}

TEST_CASE("a verdict does not outlive a day, a new type of run, or a new build that records") {
    Builds b;
    b.start(waiting, {}, "w-1");
    b.one.play_all();
    b.judge("build-3", workflows_of(Code::old));
    b.start(ordering, {"chair", 1}, "o-1");
    CHECK(b.promote("build-3") == Outcome::stale_verdict);
    b.judge("build-3", workflows_of(Code::old));
    {
        const Player late{b.database.url(), b.workflows, "build-late"};
        CHECK(b.promote("build-3") == Outcome::stale_verdict);
    }
    b.judge("build-3", workflows_of(Code::old));
    b.database.advance(25h);
    CHECK(b.promote("build-3") == Outcome::stale_verdict);
    b.judge("build-3", workflows_of(Code::old));
    CHECK(b.promote("build-3") == Outcome::done);
}

TEST_CASE("the database refuses a route to a build that was never let in") {
    const Builds b;
    CHECK_THROWS_AS(b.database.execute("insert into engine.deployments (queue, current_build, changed_at)"
                                       " values ('default', 'smuggled', now())"),
                    pqxx::sql_error);
    CHECK_THROWS_AS(b.database.execute("insert into engine.builds (queue, build, let_in_at)"
                                       " values ('default', 'smuggled', now())"),
                    pqxx::sql_error);
}

TEST_CASE("nothing ramps beside nothing, and no share is above a hundred") {
    Builds b;
    CHECK(b.force("build-1", 10) == Outcome::nothing_to_ramp_beside);
    CHECK_THROWS_AS(b.force("build-1", 101), std::invalid_argument);
    REQUIRE(b.force("build-1") == Outcome::done);
    CHECK(b.force("build-1", 10) == Outcome::nothing_to_ramp_beside);
}

TEST_CASE("why names the build that a run waits for") {
    Stage stage;
    const auto workflows = workflows_of(Code::old);
    Player one{stage.database.url(), workflows, "build-1"};
    REQUIRE(stage.force("build-2") == Outcome::done);
    const RunId run = stage.start(waiting, {}, "w-1");
    const auto why = stage.client.why(workflows, {.run = run});
    CHECK(why.kind == "no_worker");
    CHECK(why.cause == "routed to build build-2, and no live worker of queue default has it");
    CHECK(stage.deployments.move({.run = run}, "build-3", {"ann", "try"}) == store::Moved::moved);
    CHECK(stage.client.why(workflows, {.run = run}).cause ==
          "pinned to build build-3, and no live worker of queue default has it");
}

TEST_CASE("another build's runs are left out of a check, unless asked for") {
    Builds b;
    REQUIRE(b.force("build-1") == Outcome::done);
    b.start(faithful, {}, "f-1");
    b.start(waiting, {}, "w-1");
    b.one.play_all();
    const auto result = b.rehearse(b.workflows, {.build = "build-2"});
    CHECK(result.open_runs == 1);
    CHECK(result.elsewhere == 1);
    CHECK(b.rehearse(b.workflows, {.build = "build-2", .every_build = true}).open_runs == 2);
}

}  // namespace test
