// What each verb of a batch job does, to which items, and what it skips.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <set>

#include "engine/store/batch_verbs.hpp"
#include "engine/store/deployments.hpp"
#include "engine/store/pause.hpp"
#include "engine/workflow/codec.hpp"
#include "tests/store/batch_fixture.hpp"

namespace test {
namespace {

struct Verbs : BatchFixture {
    BatchStore store{database.url(), workflows};

    BatchJob done(BatchVerb verb, const BatchArguments& arguments = {},
                  const std::string& filter = "Type = 'test_workflow'") {
        BatchRequest request = job_of(verb, filter);
        request.arguments = arguments;
        create(request);
        return finish(store, request.job);
    }
    std::vector<BatchProblem> problems(const BatchJob& job) {
        return in_transaction([&](auto& tx) { return batch_problems(tx, job.request.job, 100); });
    }
    /// Rows of the trail that name the job.
    int traces(const BatchJob& job, const std::string& verb) {
        return number(
            fmt::format("select count(*) from engine.audit where verb = '{}' and identity = 'ann' and "
                        "reason = 'clean-up' and details ->> 'batch' = '{}'",
                        verb, job.request.job.to_string()));
    }
    /// Open runs in nobody's hands, each with a row for an activity of each of these types, from event 2 on.
    std::vector<RunId> with_activities(int count, const std::vector<std::string>& types) {
        start_many(count, "busy");
        const std::vector<ClaimedRun> claimed = claim(hot, worker, count);
        REQUIRE(claimed.size() == static_cast<std::size_t>(count));
        std::vector<RunId> runs;
        for (const ClaimedRun& run : claimed) {
            std::vector<history::Event> commands;
            std::vector<ActivityRow> rows;
            EventId id = run.next_event;
            for (const std::string& type : types) {
                commands.emplace_back(activity(type));
                rows.push_back(row_of(run, id, database.now(), activity(type)));
                id = next(id);
            }
            RunCommit commit = commit_of(run, std::move(commands), RunCommit::Next::release);
            commit.activities = std::move(rows);
            this->commit(commit);
            runs.push_back(run.run);
        }
        return runs;
    }
    int paused_activities() {
        return number("select count(*) from engine.activities where paused_at is not null");
    }
};

TEST_CASE("every verb has one row in the table, and one name") {
    std::set<std::string_view> names;
    for (const BatchRule& rule : batch_rules()) {
        CHECK(names.insert(rule.name).second);
        CHECK(&rule_of(rule.verb) == &rule);
        CHECK(rule_named(rule.name) == &rule);
    }
    CHECK(names.size() == static_cast<std::size_t>(BatchVerb::activity_update_options) + 1);
    CHECK(rule_named("fly") == nullptr);
}

TEST_CASE_FIXTURE(Verbs,
                  "delete takes what had ended when the job was made; an open run only to terminate it") {
    const auto runs = start_many(4);
    terminate(runs[0]);
    terminate(runs[1]);
    const BatchRequest request = job_of(BatchVerb::remove, "Type = 'test_workflow'");
    CHECK(create(request) == 2);
    database.advance(1s);
    terminate(runs[2]);  // it was not among those that the operator has seen
    const BatchJob job = finish(store, request.job);
    CHECK(job.done == 2);
    CHECK(job.skipped == 0);
    CHECK(number("select count(*) from engine.runs") == 2);
    CHECK(traces(job, "workflow delete") == 2);

    const BatchJob all = done(BatchVerb::remove, {.terminate_first = true});
    CHECK(all.total == 2);
    CHECK(all.done == 2);
    CHECK(number("select count(*) from engine.runs") == 0);
    CHECK(number("select count(*) from engine.history") == 0);
    check_invariants();
}

TEST_CASE_FIXTURE(Verbs, "pause and unpause reach each run once; what is so already is skipped, and told") {
    const auto runs = start_many(3);
    in_transaction([&](auto& tx) { return pause(tx, {.run = runs[0]}, "before", "ben"); });
    const BatchJob paused = done(BatchVerb::pause);
    CHECK(paused.done == 2);
    CHECK(paused.skipped == 1);
    CHECK(traces(paused, "workflow pause") == 2);
    const auto why = problems(paused);
    REQUIRE(why.size() == 1);
    CHECK(why[0].run == runs[0]);
    CHECK_FALSE(why[0].activity);
    CHECK_FALSE(why[0].failed);
    CHECK(why[0].problem == "the run was paused already");
    CHECK(claim(hot, worker).empty());

    const BatchJob unpaused = done(BatchVerb::unpause, {}, "Paused = true");
    CHECK(unpaused.done == 3);
    CHECK(traces(unpaused, "workflow unpause") == 3);
    CHECK(claim(hot, worker).size() == 3);
    check_invariants();
}

TEST_CASE_FIXTURE(Verbs,
                  "runs are moved to a build and back; a queue without a deployment has nothing to move") {
    start_many(2);
    const BatchJob unrouted = done(BatchVerb::move, {.build = "b-2"});
    CHECK(unrouted.skipped == 2);
    CHECK(problems(unrouted).at(0).problem.find("no deployment") != std::string::npos);
    in_transaction([](auto& tx) {
        Promotion promotion;
        promotion.build = "b-1";
        promotion.force = promotion.without_workers = true;
        promotion.act = {"ann", "first"};
        return promote(tx, promotion).outcome;
    });
    const BatchJob moved = done(BatchVerb::move, {.build = "b-2"});
    CHECK(moved.done == 2);
    CHECK(traces(moved, "workflow move") == 2);
    CHECK(number("select count(*) from engine.live_runs where build = 'b-2' and pinned") == 2);
    CHECK(done(BatchVerb::move, {}, "Build = 'b-2'").done == 2);
    CHECK(number("select count(*) from engine.live_runs where build is not null") == 0);
    check_invariants();
}

TEST_CASE_FIXTURE(Verbs,
                  "runs are reset, each once, with one row in the trail; a point that is not there fails") {
    with_activities(2, {"mail"});
    const BatchJob reset = done(BatchVerb::reset, {.name = "first"});
    CHECK(reset.done == 2);
    CHECK(traces(reset, "workflow reset") == 2);
    CHECK(number("select count(*) from engine.audit where verb = 'workflow reset'") == 2);
    CHECK(number("select count(*) from engine.closed_runs where status = 'terminated'") == 2);
    CHECK(number("select count(*) from engine.live_runs") == 2);
    const BatchJob nowhere = done(BatchVerb::reset, {.name = "last"});
    CHECK(nowhere.failed == 2);
    CHECK(problems(nowhere).at(0).failed);
    check_invariants();
}

TEST_CASE_FIXTURE(Verbs, "only activities of the type are reached, and only of the runs that match") {
    const auto runs = with_activities(3, {"mail", "text", "mail"});
    const BatchJob job =
        done(BatchVerb::activity_pause, {.activity_type = "mail"}, "WorkflowId in ('busy-1', 'busy-2')");
    CHECK(job.total == 4);
    CHECK(job.done == 4);
    CHECK(traces(job, "activity pause") == 4);
    CHECK(paused_activities() == 4);
    CHECK(number("select count(*) from engine.activities where paused_at is not null and type = 'text'") ==
          0);
    CHECK(number("select count(*) from engine.audit where verb = 'batch activity pause' and "
                 "details ->> 'activities' = '4'") == 1);
    check_invariants();
}

TEST_CASE_FIXTURE(Verbs, "a page may end within a run: the next one goes on with the next activity") {
    with_activities(3, {"mail", "mail", "mail", "mail", "mail"});
    BatchRequest request = job_of(BatchVerb::activity_pause, "Type = 'test_workflow'");
    request.per_second = 10;  // two a page
    create(request);
    std::vector<std::int64_t> pages;
    while (find(request.job).state == BatchState::running) {
        if (const auto page = store.take_page()) pages.push_back(page->done);
        database.advance(1s);
    }
    CHECK(pages == std::vector<std::int64_t>{2, 2, 2, 2, 2, 2, 2, 1});
    CHECK(find(request.job).skipped == 0);
    CHECK(paused_activities() == 15);
    check_invariants();
}

TEST_CASE_FIXTURE(Verbs,
                  "a page within a run that was lost before its commit is taken again; one after it is not") {
    with_activities(2, {"mail", "mail", "mail"});
    int lost = 0;
    const auto hook = [&](Faults::Point point, const char* statement) {
        if (std::string_view{statement} != "batch_page" || lost == 4) return false;
        if (point != (lost % 2 == 0 ? Faults::Point::before_send : Faults::Point::after_commit_reply_lost))
            return false;
        ++lost;
        return true;
    };
    BatchStore faulty{database.url(), workflows, {hook}};
    BatchRequest request = job_of(BatchVerb::activity_reset, "Type = 'test_workflow'");
    request.per_second = 5;  // one a page
    create(request);
    while (find(request.job).state == BatchState::running) {
        try {
            faulty.take_page();
        } catch (const StoreUnavailable&) {
        }
        database.advance(1s);
    }
    const BatchJob job = find(request.job);
    CHECK(lost == 4);
    CHECK(job.done == 6);
    CHECK(job.skipped == 0);
    CHECK(traces(job, "activity reset") == 6);
    check_invariants();
}

TEST_CASE_FIXTURE(Verbs,
                  "paused activities are reset and stay paused, changed, let go, and not held by anything") {
    with_activities(2, {"mail"});
    CHECK(done(BatchVerb::activity_pause).done == 2);
    const BatchJob again = done(BatchVerb::activity_pause);
    CHECK(again.done == 0);
    CHECK(again.skipped == 2);
    CHECK(problems(again).at(1).activity == EventId{2});
    CHECK(problems(again).at(1).problem == "it was so already");
    CHECK(done(BatchVerb::activity_reset, {.keep_paused = true}).done == 2);
    CHECK(paused_activities() == 2);
    const BatchJob retried = done(BatchVerb::activity_retry);
    CHECK(retried.skipped == 2);
    CHECK(problems(retried).at(0).problem.find("activity unpause") != std::string::npos);

    ActivityChanges changes;
    changes.queue = "elsewhere";
    const BatchJob changed = done(BatchVerb::activity_update_options, {.changes = changes});
    CHECK(changed.done == 2);
    CHECK(traces(changed, "activity update-options") == 2);
    CHECK(number("select count(*) from engine.activities where queue = 'elsewhere'") == 2);
    CHECK(done(BatchVerb::activity_unpause).done == 2);
    CHECK(paused_activities() == 0);
    check_invariants();
}

TEST_CASE_FIXTURE(Verbs, "an activity that has ended before its turn is skipped, with its run") {
    const auto runs = with_activities(2, {"mail"});
    BatchRequest request = job_of(BatchVerb::activity_pause, "Type = 'test_workflow'");
    CHECK(create(request) == 2);
    terminate(runs[0]);
    const BatchJob job = finish(store, request.job);
    CHECK(job.done == 1);
    CHECK(job.failed == 0);
}

TEST_CASE_FIXTURE(Verbs, "what a run's worker runs itself has no row, and is reached all the same") {
    start_many(1, "held");
    const ClaimedRun run = claim(hot, worker).at(0);
    commit(commit_of(run, {activity("mail"), activity("text")}));
    const BatchJob job = done(BatchVerb::activity_pause, {.activity_type = "mail"});
    CHECK(job.total == 0);
    CHECK(job.done == 1);
    CHECK(number("select count(*) from engine.activity_orders where activity = 2") == 1);
    CHECK(number("select count(*) from engine.activity_orders") == 1);
    check_invariants();
}

TEST_CASE_FIXTURE(Verbs, "a job of a newer program's verb is left alone, and holds up no other one") {
    start_many(2);
    BatchRequest newer = job_of(BatchVerb::cancel, "Type = 'test_workflow'");
    create(newer);
    database.execute("update engine.batch_jobs set verb = 'fly'");
    CHECK_FALSE(store.wait());
    CHECK_FALSE(store.take_page());
    CHECK(done(BatchVerb::pause).done == 2);
    CHECK_THROWS_WITH(find(newer.job), doctest::Contains("does fly, which this program does not know"));
}

TEST_CASE_FIXTURE(Verbs,
                  "arguments that do not fit their verb make no job; those of earlier releases still do") {
    CHECK_THROWS_AS(create(job_of(BatchVerb::activity_update_options, "Type = 'test_workflow'")),
                    std::invalid_argument);
    BatchRequest moved = job_of(BatchVerb::move, "Type = 'test_workflow'");
    moved.arguments.build = "\n";
    CHECK_THROWS_AS(create(moved), std::invalid_argument);
    BatchRequest typed = job_of(BatchVerb::activity_retry, "Type = 'test_workflow'");
    typed.arguments.activity_type = "";
    CHECK_THROWS_AS(create(typed), std::invalid_argument);
    CHECK(number("select count(*) from engine.batch_jobs") == 0);
    const auto old = decode<BatchArguments>(Payload{R"({"name":"retry","input":{"n":1}})"});
    CHECK(old.name == "retry");
    CHECK_FALSE(old.changes);
}

}  // namespace
}  // namespace test
