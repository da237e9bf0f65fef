// Semantics 2.5: updates are admitted, accepted or rejected, completed; and what becomes of them when runs
// end.

#include <atomic>

#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::ApplicationError;
using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::client::NotFound;
using durable::client::StartOptions;
using durable::client::UpdateInfo;
using durable::client::UpdateRefused;
using durable::client::UpdateStage;
using durable::client::WaitFor;
using durable::replay::RunStatus;
using durable::testing::TestEnvironment;
using durable::testing::Ways;
using Amounts = std::vector<int>;

StartOptions called(const std::string& id) {
    return {.workflow = durable::WorkflowId{id}};
}

UpdateInfo send(TestEnvironment& env, const std::string& name, const durable::Payload& input,
                const std::string& id, WaitFor wait) {
    return env.client().update(named("till"), name, input, {.id = id, .wait = wait, .timeout = 60s});
}
UpdateInfo fate(TestEnvironment& env, const std::string& id, WaitFor wait = WaitFor::completed) {
    return env.client().update_result(named("till"), id, wait, 60s);
}

template <class Event>
std::vector<Event> events_of(TestEnvironment& env, durable::RunId run) {
    std::vector<Event> found;
    for (const auto& activation : env.history(run)) {
        for (const auto* events : {&activation.arrived, &activation.commands}) {
            for (const auto& event : *events) {
                if (const auto* wanted = std::get_if<Event>(&event)) found.push_back(*wanted);
            }
        }
    }
    return found;
}

constexpr durable::WorkflowType<Nothing, int> door{"door"};
constexpr durable::Update<int, int> knock{"knock"};
constexpr durable::Update<Nothing, int> meddle{"meddle"};
std::atomic<int> validations{0};  // how often a validator has been called, replays included

/// Opens at the second knock, and then lets nobody in any more.
Task<int> keep_door(Workflow& wf, Nothing) {
    int& knocks = wf.keep(0);
    wf.on_update(
        knock, [&knocks](int) { return ++knocks; },
        [&knocks](const int&) {
            ++validations;
            if (knocks >= 2) throw ApplicationError("Open", "it stands open");
        });
    wf.on_update(
        meddle, [](const Nothing&) { return 0; }, [&wf](const Nothing&) { static_cast<void>(wf.uuid()); });
    co_await wf.signals(close_till).receive();
    co_return knocks;
}

constexpr durable::WorkflowType<std::string, int> desk{"desk"};

/// Nothing stops it.
Task<int> think_for_long(Workflow& wf) {
    co_await wf.shielded(wf.sleep(1000h));
    co_return 0;
}
/// Told to close, or asked to stop, it ends in the given way, whoever waits for an answer.
Task<int> run_desk(Workflow& wf, std::string way) {
    wf.on_update(ponder, [&wf](const Nothing&) { return think_for_long(wf); });
    const auto told = co_await wf.attempt(wf.signals(close_till).receive());
    if (way == "fail") throw ApplicationError("Closed", "as told");
    if (way == "cancel") durable::throw_failure(told.failure());
    co_return 0;
}
StartOptions open_for_two_hours(const std::string& way) {
    StartOptions options = called("till");
    if (way == "time out") options.run_timeout = 2h;
    if (way == "execution time-out") options.execution_timeout = 2h;
    return options;
}
RunStatus status_after(const std::string& way) {
    if (way == "complete") return RunStatus::completed;
    if (way == "fail") return RunStatus::failed;
    if (way == "cancel") return RunStatus::canceled;
    return way == "terminate" ? RunStatus::terminated : RunStatus::timed_out;
}
/// Time passes until the run has closed; whoever asks for the update's fate is told that it has.
void hear_that_it_has_closed(TestEnvironment& env, const std::string& id) {
    env.skip(3h);
    const auto over = fate(env, id);
    CHECK(over.stage == UpdateStage::aborted);
    REQUIRE(over.failure);
    CHECK(over.failure->type == "WorkflowClosed");
    CHECK_FALSE(over.failure->retryable);
}

void an_admitted_update_survives(TestEnvironment& env) {
    add_till(env);
    const auto run = env.start(till, {.left = 2}, "till");
    env.at(1s, [&env] { send(env, "pay", durable::encode(5), "u-1", WaitFor::admitted); });
    env.at(2s, [&env] { send(env, "pay_by_card", durable::encode(6), "u-2", WaitFor::admitted); });
    CHECK(env.result(till, run) == Amounts{5, 6});
    CHECK(fate(env, "u-1").result.json == "1");
    CHECK(fate(env, "u-2").result.json == "2");
}

}  // namespace

TEST_CASE(
    "2.5 update: a rejection by the validator writes nothing at all, not even the turn that carried it") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 1}, "till");
    env.settle();
    const auto before = env.client().describe(ref(run));
    const auto refused = send(env, "pay", durable::encode(-1), "u-1", WaitFor::completed);
    CHECK(refused.stage == UpdateStage::rejected);
    CHECK(refused.failure->type == "Negative");
    const auto after = env.client().describe(ref(run));
    CHECK(after->events == before->events);
    CHECK(after->activations == before->activations);
    CHECK(number(env, "select count(*) from engine.inbox") == 0);
    CHECK(send(env, "haggle", {}, "u-2", WaitFor::completed).stage == UpdateStage::rejected);
    CHECK(send(env, "pay", durable::encode(std::string{"much"}), "u-3", WaitFor::completed).stage ==
          UpdateStage::rejected);
}

TEST_CASE("2.5 update: a validator sees all that came before it, only reads, and is not called on replay") {
    TestEnvironment env;
    env.add(door, keep_door);
    const auto run = env.client().start(door, {}, called("door")).run;
    const auto ask = [&](const std::string& id) {
        return env.client().update(ref(run), "knock", durable::encode(1),
                                   {.id = id, .wait = WaitFor::admitted});
    };
    for (const char* id : {"k-1", "k-2", "k-3"}) ask(id);  // all of them wait in the inbox
    env.settle();
    CHECK(env.client().update_result(knock, ref(run), "k-2", 60s) == 2);
    CHECK_THROWS_AS(env.client().update_result(knock, ref(run), "k-3", 60s), UpdateRefused);
    try {
        env.client().update(ref(run), meddle, {});
        FAIL("a validator drew a random number");
    } catch (const UpdateRefused& refused) {
        CHECK(refused.info().failure->type == "InvalidValidator");
    }
    const int so_far = validations;
    env.signal(run, close_till, {});
    CHECK(env.result(door, run) == 2);  // and the kit has replayed it: with two knocks the door would refuse
    CHECK(validations == so_far);
}

TEST_CASE("2.5 update: acceptance holds the request, completion the outcome; both are durable events") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 1}, "till");
    CHECK(env.client().update(ref(run), pay_by_card, 8, {.id = "u-1"}) == 1);
    env.result(till, run);
    const auto accepted = events_of<durable::history::UpdateAccepted>(env, run);
    const auto completed = events_of<durable::history::UpdateCompleted>(env, run);
    REQUIRE(accepted.size() == 1);
    REQUIRE(completed.size() == 1);
    CHECK(accepted[0] == durable::history::UpdateAccepted{"u-1", "pay_by_card", durable::encode(8)});
    CHECK(completed[0].result.json == "1");
    CHECK_FALSE(completed[0].failure);
}

TEST_CASE("2.5 update: a handler that fails is a completed update with a failure, and the run goes on") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 1}, "till");
    CHECK_THROWS_AS(env.client().update(ref(run), pay_by_card, 13, {.id = "u-1"}), ApplicationError);
    CHECK(fate(env, "u-1").stage == UpdateStage::completed);
    CHECK(events_of<durable::history::UpdateCompleted>(env, run).at(0).failure->type == "Unlucky");
    CHECK(env.client().update(ref(run), pay, 7) == 1);
    CHECK(env.result(till, run) == Amounts{7});
}

TEST_CASE("2.5 update: the caller waits for admitted, accepted or completed, and may come back by the id") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.client().start(till, {.left = 1}, called("till")).run;  // no worker yet
    CHECK(send(env, "ponder", {}, "u-1", WaitFor::admitted).stage == UpdateStage::admitted);
    CHECK_THROWS_AS(env.client().update_result(named("till"), "u-1", WaitFor::accepted, 1ms),
                    durable::client::WaitTimedOut);
    env.settle();
    CHECK(fate(env, "u-1", WaitFor::accepted).stage == UpdateStage::accepted);
    CHECK_THROWS_AS(env.client().update_result(named("till"), "u-1", WaitFor::completed, 1ms),
                    durable::client::WaitTimedOut);
    env.skip(1001h);
    CHECK(env.client().update_result(ponder, ref(run), "u-1", 60s) == 0);
    CHECK_THROWS_AS(fate(env, "u-2"), NotFound);
}

TEST_CASE("2.5 update: an id is one request for the chain, whoever sends it again, also after the end") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 2, .a_run = 1}, "till");
    CHECK(env.client().update(named("till"), pay, 4, {.id = "u-1"}) == 1);
    env.settle();
    REQUIRE(*env.client().resolve(named("till")) != run);
    CHECK(env.client().update(named("till"), pay, 4, {.id = "u-1"}) == 1);
    CHECK_THROWS_AS(env.client().update(named("till"), pay_by_card, 4, {.id = "u-1"}), std::invalid_argument);
    CHECK(env.client().update(named("till"), pay, 5, {.id = "u-2"}) == 2);
    CHECK(env.result(till, run) == Amounts{4, 5});
    CHECK(env.client().update(named("till"), pay, 4, {.id = "u-1"}) == 1);
    CHECK_THROWS_AS(env.client().update(named("till"), pay, 9), NotFound);
}

TEST_CASE(
    "2.5 update: if the run closes first, one that was not accepted hears so; so does an accepted one") {
    for (const std::string way :
         {"complete", "fail", "cancel", "terminate", "time out", "execution time-out"}) {
        CAPTURE(way);
        TestEnvironment env;
        env.add(desk, run_desk);
        const auto run = env.client().start(desk, way, open_for_two_hours(way)).run;
        env.settle();
        send(env, "ponder", {}, "accepted", WaitFor::accepted);
        if (way == "complete" || way == "fail") env.signal(run, close_till, {});
        if (way == "cancel") env.cancel(run, "enough");
        if (way == "terminate") env.client().terminate(ref(run), "enough", "test");
        hear_that_it_has_closed(env, "accepted");
        CHECK(env.outcome(run).status == status_after(way));
        must_be_sound(env);
    }
    // Code cannot end over an update that it has not seen: these end without the code.
    for (const std::string way : {"terminate", "time out", "execution time-out"}) {
        CAPTURE(way);
        TestEnvironment env;
        env.add(desk, run_desk);
        const auto run = env.client().start(desk, way, open_for_two_hours(way)).run;  // no worker yet
        send(env, "ponder", {}, "admitted", WaitFor::admitted);
        if (way == "terminate") {
            env.client().terminate(ref(run), "enough", "test");
        } else {
            env.database().advance_to(env.now() + 3h);
        }
        hear_that_it_has_closed(env, "admitted");
        CHECK(env.outcome(run).status == status_after(way));
        must_be_sound(env);
    }
}

TEST_CASE("2.5 update: all handlers finished is a wait; who does not wait breaks them off") {
    for (const bool patient : {false, true}) {
        CAPTURE(patient);
        TestEnvironment env;
        add_till(env);
        const auto run = env.start(till, {.left = 9, .patient = patient}, "till");
        send(env, "ponder", {}, "u-1", WaitFor::accepted);
        env.signal(run, close_till, {});
        env.outcome(run);
        CHECK((fate(env, "u-1").stage == UpdateStage::completed) == patient);
        CHECK((env.elapsed() >= 1000h) == patient);
    }
}

TEST_CASE("2.4 continue-as-new: admitted updates go along in order; accepted ones may be sent again") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 4, .a_run = 1}, "till");
    send(env, "ponder", {}, "accepted", WaitFor::accepted);
    {
        pqxx::connection connection{env.database().url()};
        pqxx::work tx{connection};
        for (const int value : {1, 2, 3}) {
            env.client().update(tx, named("till"), "pay", durable::encode(value),
                                "u-" + std::to_string(value));
        }
        tx.commit();
    }
    env.settle();
    for (const int value : {1, 2, 3}) {
        CHECK(env.client().update_result(pay, named("till"), "u-" + std::to_string(value), 60s) == value);
    }
    const auto broken_off = fate(env, "accepted");
    CHECK(broken_off.stage == UpdateStage::aborted);
    CHECK(broken_off.failure->retryable);
    const auto again = send(env, "ponder", {}, "accepted", WaitFor::accepted);
    CHECK(again.stage == UpdateStage::accepted);
    CHECK(again.run == *env.client().resolve(named("till")));
    env.signal(run, amount, 4);
    CHECK(env.result(till, run) == Amounts{1, 2, 3, 4});
    must_be_sound(env);
}

TEST_CASE("2.5 update: an admitted one survives its worker, whichever commit boundary that breaks at") {
    const auto report = durable::testing::every_crash_point(an_admitted_update_survives,
                                                            {.ways = Ways::in_turns, .boundaries_min = 4});
    // Timing decides a little how many boundaries there are.
    CHECK(2 * report.broken >= report.boundaries);
}

}  // namespace conformance
