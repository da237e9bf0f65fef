// Local activities, and jobs that are an activity without a workflow.

#include "engine/client/activities.hpp"
#include "tests/worker/activity_programs.hpp"

using namespace durable;
using namespace durable::test;
using client::ActivityClient;

namespace {

struct Jobs : World {
    ActivityClient jobs{client::ClientOptions{database.url()}};
};

}  // namespace

TEST_CASE_FIXTURE(World, "a local activity's quick retries wait in its worker, without a row") {
    // A row would show: nothing may be inserted.
    database.execute(
        "create function public.no_rows() returns trigger language plpgsql as "
        "$$ begin raise exception 'a row was written'; end $$;"
        "create trigger no_rows before insert on engine.activities execute function public.no_rows()");
    probe->set("stubborn", 3);
    const auto worker = start_worker();
    const RunId run = start(tries_locally, 7, "local");
    CHECK(result(tries_locally, run) == "7 at attempt 4");
    CHECK(probe->seen("stubborn attempts") == 4);
    must_be_clean();
}

TEST_CASE_FIXTURE(World, "a local activity waits for no slot") {
    const auto worker = start_worker([](auto& options) { options.slots.async = 1; });
    const RunId gate_run = start(gated, "holds the slot", "gate");
    REQUIRE(eventually([&] { return probe->seen("gate holds the slot") == 1; }));
    const RunId run = start(tries_locally, 1, "local");
    CHECK(result(tries_locally, run) == "1 at attempt 1");
    probe->count("open holds the slot");
    CHECK(result(gated, gate_run) == "attempt 1");
}

TEST_CASE_FIXTURE(World, "a local activity that waits in a worker which stops goes on elsewhere, by a row") {
    probe->set("stubborn", 1'000'000);
    auto leaving = start_worker();
    const RunId run = start(tries_locally, 7, "moving");
    REQUIRE(eventually([&] { return probe->seen("stubborn attempts") >= 1; }));
    leaving->stop(0s);
    leaving->wait();
    probe->set("stubborn", 0);
    const auto heir = start_worker();
    const auto ended = client().wait_result(ref(run), 20s);
    // Unless its attempts were spent before the worker had stopped.
    CHECK((ended.failure || decode<std::string>(ended.result).starts_with("7 at attempt")));
    must_be_clean();
}

TEST_CASE_FIXTURE(Jobs, "an activity on its own is a durable job: result, retries, failure") {
    const auto worker = start_worker();
    probe->set("stubborn", 2);
    CHECK(jobs.execute(quick, 7, {.workflow = WorkflowId{"job-1"}}, 20s) == "7 at attempt 3");
    probe->set("stubborn", 100);
    const auto started = jobs.start(quick, 8, {.workflow = WorkflowId{"job-2"}});
    const auto ended = jobs.jobs().wait_result(ref(started.run), 20s);
    CHECK(ended.status == replay::RunStatus::failed);
    REQUIRE(ended.failure);
    CHECK(ended.failure->retry_state == RetryState::maximum_attempts);
    CHECK(ended.failure->activity == "quick");
    must_be_clean();
}

TEST_CASE_FIXTURE(Jobs, "a job's id names one open job; a request id gives the first one again") {
    const client::StartOptions named{.workflow = WorkflowId{"job"}, .request_id = "r-1"};
    const auto first = jobs.start(quick, 1, named);
    CHECK(first.outcome == client::StartResult::Outcome::started);
    CHECK(jobs.start(quick, 1, named).run == first.run);
    CHECK(jobs.start(quick, 1, {.workflow = WorkflowId{"job"}}).outcome ==
          client::StartResult::Outcome::already_open);
    const auto worker = start_worker();
    CHECK(jobs.jobs().wait_result(ref(first.run), 20s).status == replay::RunStatus::completed);
}

TEST_CASE_FIXTURE(Jobs, "a job is cancelled when its activity has really stopped") {
    const auto worker = start_worker();
    const auto started = jobs.start(gate, {"job", 100}, {.workflow = WorkflowId{"canceled"}});
    REQUIRE(eventually([&] { return probe->seen("gate job") == 1; }));
    CHECK(jobs.jobs().cancel(ref(started.run), "enough", "test") == store::SendResult::delivered);
    CHECK(jobs.jobs().wait_result(ref(started.run), 20s).status == replay::RunStatus::canceled);
    CHECK(probe->seen("stopped job") == 1);
    must_be_clean();
}

TEST_CASE_FIXTURE(Jobs, "options that do not fit each other are refused before anything is started") {
    CHECK_THROWS_WITH_AS(
        static_cast<void>(jobs.start("quick", encode(1), ActivityOptions{}, {.workflow = WorkflowId{"x"}})),
        doctest::Contains("neither schedule_to_close nor start_to_close"), std::invalid_argument);
    CHECK(number("select count(*) from engine.runs") == 0);
}

TEST_CASE_FIXTURE(Jobs, "outcomes that nobody knows are listed") {
    const auto worker = start_worker();
    probe->set("send lost after effect", 1);
    probe->set("reconcile cannot tell", 1'000'000);
    ActivityOptions options = send_once.options();
    options.schedule_to_close = 1s;
    options.start_to_close = 500ms;
    const auto started = jobs.start("send_once", encode(1), options, {.workflow = WorkflowId{"letter"}});
    const auto ended = jobs.jobs().wait_result(ref(started.run), 20s);
    REQUIRE(ended.failure);
    CHECK(ended.failure->retry_state == RetryState::outcome_unknown);
    const auto unknown = jobs.unknown(database.now() - 1h);
    REQUIRE(unknown.size() == 1);
    CHECK(unknown[0].workflow == WorkflowId{"letter"});
    CHECK(unknown[0].type == "send_once");
    CHECK(unknown[0].activity == EventId{2});
    CHECK(jobs.unknown(database.now() + 1h).empty());
}
