// Batch jobs: what they reach, at what rate, and that nothing is reached twice, whoever dies.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/search/query.hpp"
#include "engine/workflow/codec.hpp"
#include "tests/store/batch_fixture.hpp"

namespace test {
namespace {

using namespace std::chrono_literals;

TEST_CASE_FIXTURE(BatchFixture, "every open run that matches is reached, once, page after page") {
    start_many(250, "old");
    start_many(10, "other");
    BatchStore store{database.url(), workflows};
    const BatchRequest request = job_of(BatchVerb::cancel, "WorkflowId starts_with 'old-'");
    CHECK(create(request) == 250);
    const BatchJob job = finish(store, request.job);
    CHECK(job.state == BatchState::completed);
    CHECK(job.done == 250);
    CHECK(job.total == 250);
    CHECK(job.ended_at);
    CHECK(hits("CancelRequested") == 250);
    CHECK(number("select count(*) from engine.live_runs where cancel_requested") == 250);
    check_invariants();
}

TEST_CASE_FIXTURE(BatchFixture,
                  "terminated runs have ended, with the reason and who wanted it; the trail names the job") {
    start_many(3);
    BatchStore store{database.url(), workflows};
    const BatchRequest request = job_of(BatchVerb::terminate, "Status = 'running'");
    create(request);
    CHECK(finish(store, request.job).done == 3);
    CHECK(number("select count(*) from engine.closed_runs where status = 'terminated'") == 3);
    CHECK(number("select count(*) from engine.audit where verb = 'batch terminate' and identity = 'ann' "
                 "and reason = 'clean-up' and details ->> 'runs' = '3'") == 1);
    CHECK(number(fmt::format("select count(*) from engine.audit where verb = 'workflow terminate' "
                             "and details ->> 'batch' = '{}'",
                             request.job.to_string())) == 3);
    check_invariants();
}

TEST_CASE_FIXTURE(BatchFixture, "signals carry the message, once for a run and job") {
    start_many(3);
    BatchStore store{database.url(), workflows};
    BatchRequest request = job_of(BatchVerb::signal, "Status = 'running'");
    request.arguments = {"retry", Payload{R"({"n":1})"}};
    create(request);
    CHECK(finish(store, request.job).done == 3);
    CHECK(hits("\"input\":{\"n\":1}") == 3);
    BatchRequest again = request;
    again.job = ids.uuid_v7();
    create(again);
    CHECK(finish(store, again.job).done == 3);
    CHECK(hits("SignalReceived") == 6);
}

TEST_CASE_FIXTURE(BatchFixture,
                  "what starts after the job was made is not touched, and relative times mean that moment") {
    start_many(2, "early");
    const BatchRequest request = job_of(BatchVerb::cancel, "StartTime <= 'now'");
    CHECK(create(request) == 2);
    database.advance(1h);
    start_many(2, "late");
    BatchStore store{database.url(), workflows};
    CHECK(finish(store, request.job).done == 2);
    CHECK(number("select count(*) from engine.live_runs l join engine.runs r using (run_id) "
                 "where l.cancel_requested and r.workflow_id like 'late%'") == 0);
}

TEST_CASE_FIXTURE(BatchFixture,
                  "a page that was lost before its commit is taken again; one whose answer was lost is not") {
    start_many(120);
    int lost = 0;
    const auto hook = [&](Faults::Point point, const char* statement) {
        if (std::string_view{statement} != "batch_page" || lost == 4) return false;
        if (point == (lost % 2 == 0 ? Faults::Point::before_send : Faults::Point::after_commit_reply_lost)) {
            ++lost;
            return true;
        }
        return false;
    };
    BatchStore store{database.url(), workflows, {hook}};
    const BatchRequest request = job_of(BatchVerb::cancel, "Status = 'running'");
    create(request);
    BatchJob job = find(request.job);
    while (job.state == BatchState::running) {
        try {
            if (!store.take_page()) database.advance(1s);
        } catch (const StoreUnavailable&) {
        }
        job = find(request.job);
    }
    CHECK(lost == 4);
    CHECK(job.done == 120);
    CHECK(hits("CancelRequested") == 120);
    check_invariants();
}

TEST_CASE_FIXTURE(BatchFixture, "two workers share a job without reaching a run twice") {
    start_many(300);
    BatchStore one{database.url(), workflows};
    BatchStore two{database.url(), workflows};
    const BatchRequest request = job_of(BatchVerb::cancel, "Status = 'running'");
    create(request);
    while (find(request.job).state == BatchState::running) {
        const bool idle = !one.take_page() && !two.take_page();
        if (idle) database.advance(1s);
    }
    CHECK(find(request.job).done == 300);
    CHECK(hits("CancelRequested") == 300);
}

TEST_CASE_FIXTURE(BatchFixture,
                  "the rate is kept: after a page the job is not due until its runs' time is over") {
    start_many(30);
    BatchRequest request = job_of(BatchVerb::cancel, "Status = 'running'");
    request.per_second = 50;
    create(request);
    BatchStore store{database.url(), workflows};
    CHECK(store.take_page()->done == 10);
    CHECK_FALSE(store.take_page());
    const auto wait = store.wait();
    REQUIRE(wait);
    CHECK(*wait > 0s);
    CHECK(*wait <= 200ms);
    database.advance(200ms);
    CHECK(store.take_page()->done == 10);
}

TEST_CASE_FIXTURE(BatchFixture, "a stopped job takes no further page; what it has done stays") {
    start_many(30);
    BatchRequest request = job_of(BatchVerb::cancel, "Status = 'running'");
    request.per_second = 50;
    create(request);
    BatchStore store{database.url(), workflows};
    store.take_page();
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    CHECK(stop_batch(tx, request.job, "ben", "wrong filter"));
    CHECK_FALSE(stop_batch(tx, request.job, "ben", ""));
    tx.commit();
    database.advance(1h);
    CHECK_FALSE(store.take_page());
    CHECK_FALSE(store.wait());
    CHECK(find(request.job).state == BatchState::stopped);
    CHECK(find(request.job).done == 10);
    CHECK(number("select count(*) from engine.audit where verb = 'batch stop' and identity = 'ben'") == 1);
    check_invariants();
}

TEST_CASE_FIXTURE(BatchFixture, "a run on which the verb fails does not hold up the others") {
    const auto runs = start_many(3);
    database.execute(fmt::format("update engine.history set activation = 'broken' where run_id = '{}'",
                                 runs[1].value.to_string()));
    BatchStore store{database.url(), workflows};
    const BatchRequest request = job_of(BatchVerb::terminate, "Status = 'running'");
    create(request);
    const BatchJob job = finish(store, request.job);
    CHECK(job.state == BatchState::completed);
    CHECK(job.done == 2);
    CHECK(job.failed == 1);
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    const auto problems = batch_problems(tx, request.job);
    REQUIRE(problems.size() == 1);
    CHECK(problems.front().run == runs[1]);
    CHECK_FALSE(problems.front().problem.empty());
}

TEST_CASE_FIXTURE(
    BatchFixture,
    "the same job made again is one job; a job without a filter, or with a wrong one, is none") {
    start_many(2);
    const BatchRequest request = job_of(BatchVerb::cancel, "Status = 'running'");
    create(request);
    create(request);
    CHECK(number("select count(*) from engine.batch_jobs") == 1);
    CHECK(number("select count(*) from engine.audit") == 1);
    CHECK_THROWS_AS(create(job_of(BatchVerb::cancel, " ")), std::invalid_argument);
    CHECK_THROWS_AS(create(job_of(BatchVerb::cancel, "Statsu = 'x'")), durable::search::QueryError);
    CHECK_THROWS_AS(create(job_of(BatchVerb::cancel, "Status = 'running' order by Type")),
                    durable::search::QueryError);
    CHECK_THROWS_AS(create(job_of(BatchVerb::signal, "Status = 'running'")), std::invalid_argument);
    BatchRequest fast = request;
    fast.job = ids.uuid_v7();
    fast.per_second = 0;
    CHECK_THROWS_AS(create(fast), std::invalid_argument);
    CHECK(number("select count(*) from engine.batch_jobs") == 1);
}

}  // namespace
}  // namespace test
