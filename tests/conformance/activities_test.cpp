// 1.2 Activities (steps): where they run, how often they are tried, and what their effect commits with. What people and
// programs do to them from outside is in activity_operators_test.cpp.

#include <algorithm>

#include "engine/worker/worker.hpp"
#include "engine/workflow/workflow.hpp"
#include "tests/conformance/steps.hpp"

namespace conformance {
namespace {

using durable::Activity;
using durable::ActivityContext;
using durable::ActivityOptions;
using durable::ApplicationError;
using durable::Nothing;
using durable::RetryState;
using durable::RunId;
using durable::Task;
using durable::Workflow;
using durable::WorkflowType;
using durable::replay::RunStatus;
using durable::testing::TestEnvironment;
using durable::worker::ActivityRegistry;
using durable::worker::awaitable;

/// Another worker of the environment's database, for one queue's activities only.
std::unique_ptr<durable::worker::Worker> worker_of_queue(TestEnvironment& env, const std::string& queue,
                                                         const ActivityRegistry& activities) {
    auto options = durable::testing::quick_options(env.database().url());
    options.queue = queue;
    options.name = queue;
    options.run_workflows = false;
    auto worker = std::make_unique<durable::worker::Worker>(options, env.workflows(), activities);
    worker->start();
    return worker;
}

/// An activity's row would fail the activation that writes it.
void forbid_rows(TestEnvironment& env) {
    execute(env,
            "create function public.no_rows() returns trigger language plpgsql as "
            "$$ begin raise exception 'an activity has got a row'; end $$;"
            "create trigger no_rows before insert on engine.activities execute function public.no_rows()");
}

// --- a machine of one's own ---------------------------------------------------------------------------------

constexpr Activity<Nothing, std::string> where{"where", {.start_to_close = 1min}};
constexpr WorkflowType<int, std::vector<std::string>> stays_there{"stays_there"};

/// Asks any machine of the fleet for its own queue, and stays with it.
Task<std::vector<std::string>> run_stays_there(Workflow& wf, int steps) {
    ActivityOptions options = where.options();
    options.queue = "fleet";
    std::vector<std::string> machines{co_await wf.run(where, {}, options)};
    options.queue = machines.front();
    for (int i = 0; i < steps; ++i) machines.push_back(co_await wf.run(where, {}, options));
    co_return machines;
}

awaitable<std::string> say_where(std::string machine, ActivityContext&) {
    co_return machine;
}

/// A process of the fleet: it takes the fleet's work, and that of its own queue.
struct Machine {
    Machine(TestEnvironment& env, const std::string& name) {
        activities.async(where,
                         [name](ActivityContext& context, Nothing) { return say_where(name, context); });
        shared = worker_of_queue(env, "fleet", activities);
        own = worker_of_queue(env, name, activities);
    }
    ActivityRegistry activities;
    std::unique_ptr<durable::worker::Worker> shared;
    std::unique_ptr<durable::worker::Worker> own;
};

// --- local and transactional --------------------------------------------------------------------------------

constexpr WorkflowType<Nothing, int> locally{"locally"};
Task<int> run_locally(Workflow& wf, Nothing) {
    ActivityOptions options = step.options();
    options.retry.initial_interval = 20ms;
    co_return co_await wf.local(step, 7, options);
}

constexpr Activity<int, int> deposit{"deposit", {.start_to_close = 30s, .initial_interval = 10ms}};
constexpr WorkflowType<int, int> saves{"saves"};
Task<int> run_saves(Workflow& wf, int amount) {
    co_return co_await wf.run(deposit, amount);
}
/// Inserts its row, and then fails the first time.
int insert_deposit(durable::TransactionalContext& context, pqxx::work& tx, int amount) {
    tx.exec_params("insert into public.deposits values ($1)", amount);
    if (context.info().attempt == 1) throw ApplicationError{"Unlucky", "after the insert"};
    return amount;
}
/// Notes, in the transaction that records an activity's completion, how many deposits that has made.
void watch_completions(TestEnvironment& env) {
    execute(
        env,
        "create table public.deposits (amount integer); create table public.completions (deposits bigint);"
        "grant all on public.deposits, public.completions to public;"
        "create function public.note_completion() returns trigger language plpgsql as $$ begin "
        "insert into public.completions select count(*) from public.deposits "
        "where xmin::text = pg_current_xact_id()::text; return new; end $$;"
        "create trigger note_completion after insert on engine.inbox for each row "
        "when (position('ActivityCompleted'::bytea in new.event) > 0) "
        "execute function public.note_completion()");
}

}  // namespace

TEST_CASE("1.2 remote activity: a queue of its own, which only that queue's workers serve") {
    TestEnvironment env;
    fake_step(env);  // the workflow's own worker could run it, but does not serve that queue
    ActivityOptions options = step.options();
    options.queue = "gpu";
    const RunId run = env.start(one_step, options, "rendering");
    durable::client::ActivityClient desk{options_for(env)};
    REQUIRE(eventually([&] { return desk.describe(step_of(run)).has_value(); }));
    CHECK(desk.describe(step_of(run))->queue == "gpu");
    CHECK(desk.describe(step_of(run))->state == "waiting");

    ActivityRegistry activities;
    const auto board = std::make_shared<Board>();
    board->note("open");
    activities.async(step, [board](ActivityContext& context, int) { return stay(board, context); });
    const auto gpu = worker_of_queue(env, "gpu", activities);
    CHECK(env.outcome(run).status == RunStatus::completed);
    CHECK(board->noted("began") == 1);
}

TEST_CASE("1.2 timeouts: the four, and the rest of the options, are recorded with the schedule") {
    TestEnvironment env;
    fake_step(env);
    ActivityOptions options = step.options();
    options.schedule_to_close = 4h;
    options.schedule_to_start = 3h;
    options.start_to_close = 2h;
    options.heartbeat = 1h;
    const RunId run = env.start(one_step, options, "timed");
    CHECK(env.outcome(run).status == RunStatus::completed);
    const auto history = env.history(run);
    CHECK(std::get<durable::history::ActivityScheduled>(history.at(1).commands.at(0)).options == options);
}

TEST_CASE("1.2 default retry: on; after 1 s, doubled each time up to 100 s, without end") {
    TestEnvironment env;
    auto fake = fake_step(env).fails(10);
    const RunId run = env.start(one_step, step.options(), "stubborn");
    CHECK(env.outcome(run).status == RunStatus::completed);
    CHECK(fake.calls() == 11);
    const auto waited = 1s + 2s + 4s + 8s + 16s + 32s + 64s + 3 * 100s;
    CHECK(env.elapsed() >= waited);
    CHECK(env.elapsed() < waited + 60s);
}

TEST_CASE("1.2 non-retryable errors: declared by the error, or listed by type, they end it at once") {
    for (const bool listed : {false, true}) {
        TestEnvironment env;
        auto fake = fake_step(env).fails(5, ApplicationError{"NoSuchNumber", "", {.retryable = listed}});
        ActivityOptions options = step.options();
        if (listed) options.retry.non_retryable_types = {"NoSuchNumber"};
        const auto ended = env.outcome(env.start(one_step, options, "hopeless"));
        REQUIRE(ended.failure);
        CHECK(ended.failure->retry_state == RetryState::non_retryable);
        CHECK(ended.failure->cause->type == "NoSuchNumber");
        CHECK(fake.calls() == 1);
    }
}

TEST_CASE("1.2 custom next delay: the failure says when to come again") {
    TestEnvironment env;
    auto fake = fake_step(env).fails(1, ApplicationError{"Busy", "come back", {.next_delay = 6h}});
    CHECK(env.outcome(env.start(one_step, step.options(), "busy")).status == RunStatus::completed);
    CHECK(fake.calls() == 2);
    CHECK(env.elapsed() >= 6h);
    CHECK(env.elapsed() < 6h + 5min);
}

TEST_CASE("1.2 retries leave no history events: only the number of attempts tells") {
    const auto history_after = [](int failures, int attempts) {
        TestEnvironment env;
        auto fake = fake_step(env).fails(failures);
        const RunId run = env.start(one_step, step.options(), "same");
        CHECK(env.outcome(run).status == RunStatus::completed);
        CHECK(fake.calls() == attempts);
        const auto last = env.history(run).back();
        CHECK(std::get<durable::history::ActivityCompleted>(last.arrived.at(0)).attempts == attempts);
        return kinds(env, run);
    };
    CHECK(history_after(20, 21) == history_after(0, 1));
}

TEST_CASE("1.2 heartbeats with details: the last ones reach the next attempt") {
    TestEnvironment env;
    const auto board = add_step(env, beat_and_fail);
    ActivityOptions options = step.options();
    options.retry.initial_interval = 10min;
    const RunId run = env.start(one_step, options, "beating");
    env.skip(1min);
    CHECK(board->said("details") == "null");
    env.skip(15min);
    CHECK(board->said("details") == "10");
    board->note("mended");
    CHECK(env.outcome(run).status == RunStatus::completed);
    CHECK(board->said("details") == "20");
}

TEST_CASE("1.2 activity cancellation: the attempt is told, although it gives no sign of life") {
    for (const int priority : {3, 1}) {  // run by its run's worker, and from a row of its own
        TestEnvironment env;
        const auto board = add_step(env, stay);
        ActivityOptions options = step.options();
        options.priority = priority;
        const RunId run = env.start(one_step, options, "told");
        board->wait_for("began");
        CHECK(number(env, "select count(*) from engine.activities") == (priority == 1 ? 1 : 0));
        env.cancel(run, "enough");
        CHECK(env.outcome(run).status == RunStatus::canceled);
        board->wait_for("stopped");
    }
}

TEST_CASE("1.2 local activity: no row, not even for its quick retries; recorded like any other") {
    TestEnvironment env;
    env.add(locally, run_locally);
    auto fake = env.fake(step, [](int input) { return input; }).fails(3);
    env.configure([](auto& options) { options.slots.async = 0; });  // a local one waits for no slot
    forbid_rows(env);
    const RunId run = env.start(locally, {}, "local");
    CHECK(env.result(locally, run) == 7);
    CHECK(fake.calls() == 4);
    const auto history = env.history(run);
    CHECK(std::get<durable::history::ActivityScheduled>(history.at(1).commands.at(0)).options.local);
    CHECK(std::get<durable::history::ActivityCompleted>(history.at(2).arrived.at(0)).attempts == 4);
}

TEST_CASE(
    "1.2 eager start: the worker that schedules an activity begins it with that commit, without a row") {
    TestEnvironment env;
    auto fake = fake_step(env);
    forbid_rows(env);
    const RunId run = env.start(one_step, step.options(), "eager");
    CHECK(env.outcome(run).status == RunStatus::completed);
    CHECK(fake.effects() == 1);
    // Started; scheduled; completed and ended: three rows for a whole run.
    CHECK(env.history(run).size() == 3);
}

TEST_CASE(
    "1.2 transactional step: its rows and its completion are one commit; a failed attempt leaves nothing") {
    TestEnvironment env;
    env.add(saves, run_saves);
    env.activities().transactional(deposit, insert_deposit);
    watch_completions(env);
    CHECK(env.result(saves, env.start(saves, 12, "savings")) == 12);
    CHECK(number(env, "select count(*) from public.deposits") == 1);
    CHECK(number(env, "select count(*) from public.completions") == 1);
    CHECK(number(env, "select deposits from public.completions") == 1);
}

TEST_CASE("1.2 worker affinity: steps stay with the machine that the first one has found") {
    TestEnvironment env;
    env.add(stays_there, run_stays_there);
    const RunId run = env.start(stays_there, 5, "session");
    const Machine one{env, "machine-1"};
    const Machine two{env, "machine-2"};
    const auto machines = env.result(stays_there, run);
    CHECK(machines.front().starts_with("machine-"));
    CHECK(machines == std::vector<std::string>(6, machines.front()));
}

}  // namespace conformance
