// Batch operations: one verb for everything that a filter finds. What each verb does to one run or activity is shown
// where that verb is; here, that a job does it to all of them, once, and says what it has left out.

#include "engine/client/batches.hpp"
#include "tests/conformance/steps.hpp"
#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::ActivityOptions;
using durable::RetryState;
using durable::RunId;
using durable::client::ActivityClient;
using durable::client::BatchArguments;
using durable::client::BatchClient;
using durable::client::BatchJob;
using durable::client::BatchRequest;
using durable::client::BatchState;
using durable::client::BatchVerb;
using durable::testing::TestEnvironment;

/// Makes the job, and waits for its end.
BatchJob carried_out(TestEnvironment& env, BatchVerb verb, const std::string& filter,
                     const BatchArguments& arguments = {}) {
    BatchClient batches{options_for(env)};
    BatchRequest request;
    request.verb = verb;
    request.filter = filter;
    request.arguments = arguments;
    request.reason = "ticket 12";
    request.identity = "ada@desk";
    const durable::Uuid job = batches.create(request).request.job;
    env.settle();
    while (batches.find(job)->state == BatchState::running) env.skip(1s);
    return *batches.find(job);
}

std::string first_problem(TestEnvironment& env, const BatchJob& job) {
    const auto problems = BatchClient{options_for(env)}.problems(job.request.job);
    return problems.empty() ? "" : problems.front().problem;
}

/// What single verbs leave in the trail, too, with the job that has done it.
int acts(TestEnvironment& env, const std::string& verb, const BatchJob& job) {
    return number(env,
                  "select count(*) from engine.audit where verb = '" + verb +
                      "' and identity = 'ada@desk' and reason = 'ticket 12' and details ->> 'batch' = '" +
                      job.request.job.to_string() + "'");
}

std::vector<RunId> start_tills(TestEnvironment& env, int count) {
    std::vector<RunId> runs;
    for (int i = 0; i < count; ++i) runs.push_back(env.start(till, {}, "till-" + std::to_string(i)));
    env.settle();
    return runs;
}

/// Runs whose step fails once an hour until it is mended; the first attempts have failed.
struct Crowd {
    static constexpr int count = 3;
    const std::string all = "WorkflowId starts_with 'crowd-'";

    Crowd() {
        ActivityOptions options = step.options();
        options.retry.initial_interval = 1h;
        options.retry.backoff_coefficient = 1;
        for (int i = 0; i < count; ++i)
            runs.push_back(env.start(one_step, options, "crowd-" + std::to_string(i)));
        env.skip(1min);
        REQUIRE(board->noted("began") == count);
    }
    BatchJob order(BatchVerb verb, const BatchArguments& arguments = {}) {
        return carried_out(env, verb, all, arguments);
    }
    TestEnvironment env;
    BoardPtr board = add_step(env, beat_and_fail);
    ActivityClient desk{options_for(env)};
    std::vector<RunId> runs;
};

}  // namespace

TEST_CASE(
    "1.5 batch operations: runs are paused and let go, each once; what was so already is skipped, and told") {
    TestEnvironment env;
    add_till(env);
    const auto runs = start_tills(env, 3);
    env.client().pause(ref(runs[0]), "before", "ben");
    const BatchJob paused = carried_out(env, BatchVerb::pause, "Type = 'till'");
    CHECK(paused.done == 2);
    CHECK(paused.skipped == 1);
    CHECK(first_problem(env, paused) == "the run was paused already");
    CHECK(acts(env, "workflow pause", paused) == 2);
    for (const RunId run : runs) CHECK(env.client().describe(ref(run))->paused);

    const BatchJob unpaused = carried_out(env, BatchVerb::unpause, "Paused = true");
    CHECK(unpaused.done == 3);
    for (const RunId run : runs) {
        env.signal(run, amount, 5);
        CHECK(env.result(till, run) == std::vector<int>{5});
    }
    must_be_sound(env);
}

TEST_CASE(
    "1.5 batch operations: runs that have ended are deleted, open ones only if they are to be terminated") {
    TestEnvironment env;
    add_till(env);
    const auto runs = start_tills(env, 3);
    env.signal(runs[0], amount, 5);
    env.result(till, runs[0]);
    const BatchJob ended = carried_out(env, BatchVerb::remove, "Type = 'till'");
    CHECK(ended.total == 1);
    CHECK(ended.done == 1);
    CHECK(acts(env, "workflow delete", ended) == 1);
    CHECK(env.history(runs[0]).empty());
    CHECK_FALSE(env.history(runs[1]).empty());
    CHECK(carried_out(env, BatchVerb::remove, "Type = 'till'", {.terminate_first = true}).done == 2);
    CHECK_FALSE(env.client().describe(named("till-1")));
    must_be_sound(env);
}

TEST_CASE("1.2 operator verbs in a batch: activities of one type in many runs are held back, and let go") {
    Crowd crowd;
    CHECK(crowd.order(BatchVerb::activity_pause, {.activity_type = "another"}).done == 0);
    const BatchJob paused = crowd.order(BatchVerb::activity_pause, {.activity_type = "step"});
    CHECK(paused.done == Crowd::count);
    CHECK(acts(crowd.env, "activity pause", paused) == Crowd::count);
    const BatchJob again = crowd.order(BatchVerb::activity_pause);
    CHECK(again.skipped == Crowd::count);
    CHECK(first_problem(crowd.env, again) == "it was so already");
    crowd.env.skip(5h);
    CHECK(crowd.board->noted("began") == Crowd::count);
    CHECK(crowd.desk.describe(step_of(crowd.runs[1]))->paused_by == "ada@desk");

    crowd.board->note("mended");
    CHECK(crowd.order(BatchVerb::activity_unpause).done == Crowd::count);
    for (const RunId run : crowd.runs) CHECK(durable::decode<int>(crowd.env.outcome(run).result) == 2);
    must_be_sound(crowd.env);
}

TEST_CASE("1.2 operator verbs in a batch: retry does not wait for the back-offs") {
    Crowd crowd;
    crowd.board->note("mended");
    CHECK(crowd.order(BatchVerb::activity_retry, {.activity_type = "step"}).done == Crowd::count);
    for (const RunId run : crowd.runs) CHECK(durable::decode<int>(crowd.env.outcome(run).result) == 2);
    CHECK(crowd.env.elapsed() < 30min);
}

TEST_CASE("1.2 operator verbs in a batch: changed options count for the attempts to come, of every run") {
    Crowd crowd;
    durable::client::ActivityChanges changes;
    changes.maximum_attempts = 2;
    CHECK(crowd.order(BatchVerb::activity_update_options, {.changes = changes}).done == Crowd::count);
    changes.maximum_attempts = -1;
    const BatchJob refused = crowd.order(BatchVerb::activity_update_options, {.changes = changes});
    CHECK(refused.skipped == Crowd::count);
    CHECK(first_problem(crowd.env, refused).find("maximum") != std::string::npos);
    for (const RunId run : crowd.runs) {
        const auto ended = crowd.env.outcome(run);
        REQUIRE(ended.failure);
        CHECK(ended.failure->retry_state == RetryState::maximum_attempts);
        CHECK(ended.failure->attempts == 2);
    }
}

TEST_CASE(
    "1.2 operator verbs in a batch: reset begins all of them anew; paused ones stay so if they are to") {
    Crowd crowd;
    crowd.order(BatchVerb::activity_pause);
    CHECK(crowd.order(BatchVerb::activity_reset, {.keep_paused = true}).done == Crowd::count);
    for (const RunId run : crowd.runs) {
        const auto held = crowd.desk.describe(step_of(run));
        REQUIRE(held);
        CHECK(held->state == "paused");
        CHECK(held->attempt == 1);
    }
    crowd.board->note("mended");
    CHECK(crowd.order(BatchVerb::activity_reset).done == Crowd::count);
    for (const RunId run : crowd.runs) CHECK(durable::decode<int>(crowd.env.outcome(run).result) == 1);
}

}  // namespace conformance
