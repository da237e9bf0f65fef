// 1.2 Activities (steps): what people and programs do to them from outside. They are completed, held, changed and
// answered for; and started without a workflow.

#include <algorithm>

#include "engine/workflow/workflow.hpp"
#include "tests/conformance/steps.hpp"

namespace conformance {
namespace {

using durable::ActivityOptions;
using durable::Failure;
using durable::RetryState;
using durable::RunId;
using durable::WorkflowId;
using durable::client::ActivityClient;
using durable::client::CompletionToken;
using durable::client::OrderedBy;
using durable::replay::RunStatus;
using durable::store::AnswerOutcome;
using durable::store::OrderOutcome;
using durable::testing::TestEnvironment;

const OrderedBy ada{"ada@desk", "ticket 12"};

CompletionToken token_on(const Board& board) {
    REQUIRE(eventually([&] { return !board.said("token").empty(); }));
    return CompletionToken::parse(board.said("token"));
}

/// Rows that operators' acts have left.
int acts(TestEnvironment& env, const std::string& verb) {
    return number(env, "select count(*) from engine.audit where verb = '" + verb +
                           "' and identity = 'ada@desk' and reason = 'ticket 12'");
}

/// A step that fails once an hour until it is mended; its first attempt has failed.
struct Broken {
    explicit Broken(const std::string& workflow_id) {
        ActivityOptions options = step.options();
        options.retry.initial_interval = 1h;
        options.retry.backoff_coefficient = 1;
        run = env.start(one_step, options, workflow_id);
        env.skip(1min);
        REQUIRE(board->noted("began") == 1);
    }
    std::string state() {
        const auto found = desk.describe(step_of(run));
        return found ? found->state : "";
    }
    TestEnvironment env;
    BoardPtr board = add_step(env, beat_and_fail);
    ActivityClient desk{options_for(env)};
    RunId run;
};

}  // namespace

TEST_CASE("1.2 async completion: by token, once; a second answer is told what the first has done") {
    TestEnvironment env;
    const auto board = add_handed_out_step(env);
    ActivityClient outside{options_for(env)};
    const RunId run = env.start(one_step, step.options(), "approval");
    const CompletionToken token = token_on(*board);
    CHECK(outside.complete(step, token, 42).outcome == AnswerOutcome::accepted);
    CHECK(durable::decode<int>(env.outcome(run).result) == 42);
    CHECK(outside.complete(step, token, 42).outcome == AnswerOutcome::repeated);
    CHECK(outside.complete(step, token, 43).outcome == AnswerOutcome::ended);
    CHECK(board->noted("began") == 1);
}

TEST_CASE(
    "1.2 async completion: a failure by token is judged by the retry policy, and the token is stale then") {
    TestEnvironment env;
    const auto board = add_handed_out_step(env);
    ActivityClient outside{options_for(env)};
    const RunId run = env.start(one_step, step.options(), "approval");
    const CompletionToken first = token_on(*board);
    REQUIRE(eventually([&] { return outside.describe(step_of(run))->state == "awaiting"; }));
    board->say("token", "");
    CHECK(outside.fail(first, Failure{.type = "Busy"}).outcome == AnswerOutcome::accepted);
    env.skip(1min);
    CHECK(outside.complete(step, first, 1).outcome == AnswerOutcome::stale);
    CHECK(outside.complete(step, token_on(*board), 2).outcome == AnswerOutcome::accepted);
    CHECK(durable::decode<int>(env.outcome(run).result) == 2);
}

TEST_CASE("1.2 async completion: by run and event, in an operator's name") {
    TestEnvironment env;
    add_handed_out_step(env);
    ActivityClient outside{options_for(env)};
    const RunId run = env.start(one_step, step.options(), "approval");
    env.settle();
    // The named one may be meant by its workflow id, too.
    const durable::client::ActivityRef meant{named("approval"), step_of(run).activity};
    CHECK(outside.skip(meant, durable::encode(7), ada).outcome == OrderOutcome::done);
    CHECK(durable::decode<int>(env.outcome(run).result) == 7);
    CHECK(acts(env, "activity skip") == 1);
}

TEST_CASE("1.2 standalone activity: a durable job, executed, awaited, listed, named once, retried") {
    TestEnvironment env;
    auto fake = env.fake(step, [](int input) { return 2 * input; }).fails(2);
    ActivityClient jobs{options_for(env)};
    env.settle();  // the worker starts
    const auto started = jobs.start(step, 21, {.workflow = WorkflowId{"job-1"}});
    CHECK(jobs.start(step, 1, {.workflow = WorkflowId{"job-1"}}).outcome ==
          durable::store::StartResult::Outcome::already_open);
    CHECK(durable::decode<int>(env.outcome(started.run).result) == 42);
    CHECK(fake.calls() == 3);
    CHECK(jobs.execute(step, 4, {.workflow = WorkflowId{"job-2"}}, 60s) == 8);
    durable::client::ListFilter of_type;
    of_type.type = durable::standalone_activity.name;
    CHECK(jobs.jobs().list(of_type).size() == 2);
}

TEST_CASE("1.2 standalone activity: cancelled when its attempt has really stopped; terminated at once") {
    TestEnvironment env;
    const auto board = add_step(env, stay);
    ActivityClient jobs{options_for(env)};
    env.settle();
    const auto canceled = jobs.start(step, 1, {.workflow = WorkflowId{"canceled"}});
    board->wait_for("began");
    CHECK(jobs.jobs().cancel(ref(canceled.run), "enough", "ada") == durable::store::SendResult::delivered);
    CHECK(env.outcome(canceled.run).status == RunStatus::canceled);
    CHECK(board->noted("stopped") == 1);

    const auto terminated = jobs.start(step, 1, {.workflow = WorkflowId{"terminated"}});
    board->wait_for("began", 2);
    CHECK(jobs.jobs().terminate(ref(terminated.run), "gone", "ada") == durable::store::SendResult::delivered);
    CHECK(env.outcome(terminated.run).status == RunStatus::terminated);
    board->wait_for("stopped", 2);
}

TEST_CASE(
    "1.2 operator verbs: a paused activity is not tried until it is unpaused, and says by whom and why") {
    Broken world{"paused"};
    CHECK(world.desk.pause(step_of(world.run), ada).outcome == OrderOutcome::done);
    CHECK(world.desk.pause(step_of(world.run), ada).outcome == OrderOutcome::already);
    world.env.skip(5h);
    CHECK(world.board->noted("began") == 1);
    const auto held = world.desk.describe(step_of(world.run));
    REQUIRE(held);
    CHECK(held->state == "paused");
    CHECK(held->paused_by == "ada@desk");
    CHECK(held->pause_reason == "ticket 12");
    world.board->note("mended");
    CHECK(world.desk.unpause(step_of(world.run), ada).outcome == OrderOutcome::done);
    CHECK(durable::decode<int>(world.env.outcome(world.run).result) == 2);
    CHECK(acts(world.env, "activity pause") == 1);
    CHECK(acts(world.env, "activity unpause") == 1);
}

TEST_CASE("1.2 operator verbs: retry does not wait for the back-off") {
    Broken world{"now"};
    world.board->note("mended");
    CHECK(world.desk.retry(step_of(world.run), ada).outcome == OrderOutcome::done);
    CHECK(durable::decode<int>(world.env.outcome(world.run).result) == 2);
    CHECK(world.env.elapsed() < 30min);
    CHECK(acts(world.env, "activity retry") == 1);
}

TEST_CASE("1.2 operator verbs: changed options and an edited input count for the attempts to come") {
    Broken world{"changed"};
    durable::client::ActivityChanges changes;
    changes.maximum_attempts = 2;
    CHECK(world.desk.update_options(step_of(world.run), changes, ada).outcome == OrderOutcome::done);
    CHECK(world.desk.edit_input(step_of(world.run), durable::encode(99), ada).outcome == OrderOutcome::done);
    CHECK(durable::decode<int>(world.desk.describe(step_of(world.run))->task.input) == 99);
    changes.maximum_attempts = -1;
    CHECK(world.desk.update_options(step_of(world.run), changes, ada).outcome == OrderOutcome::refused);
    const auto ended = world.env.outcome(world.run);
    REQUIRE(ended.failure);
    CHECK(ended.failure->retry_state == RetryState::maximum_attempts);
    CHECK(ended.failure->attempts == 2);
    // History keeps what the workflow has asked for.
    const auto history = world.env.history(world.run);
    const auto& scheduled = std::get<durable::history::ActivityScheduled>(history.at(1).commands.at(0));
    CHECK(durable::decode<int>(scheduled.input) == 1);
}

TEST_CASE("1.2 operator verbs: complete and fail end it with the operator's answer") {
    Broken completed{"completed"};
    CHECK(completed.desk.skip(step_of(completed.run), durable::encode(5), ada).outcome == OrderOutcome::done);
    CHECK(durable::decode<int>(completed.env.outcome(completed.run).result) == 5);

    Broken failed{"failed"};
    CHECK(failed.desk.fail(step_of(failed.run), Failure{.type = "Hopeless"}, ada).outcome ==
          OrderOutcome::done);
    const auto ended = failed.env.outcome(failed.run);
    REQUIRE(ended.failure);
    CHECK(ended.failure->cause->type == "Hopeless");
    CHECK(failed.board->noted("began") == 1);
    CHECK(failed.desk.fail(step_of(failed.run), Failure{}, ada).outcome == OrderOutcome::closed);
}

}  // namespace conformance
