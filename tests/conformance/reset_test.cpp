// Semantics 2.13: a chain goes on from an earlier point, in a new run.

#include <algorithm>

#include "engine/client/queues.hpp"
#include "engine/store/deployments.hpp"
#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::EventId;
using durable::Nothing;
using durable::RunId;
using durable::Task;
using durable::Workflow;
using durable::WorkflowId;
using durable::client::ResetOptions;
using durable::client::ResetPoint;
using durable::replay::RunStatus;
using durable::store::ResetRefused;
using durable::testing::TestEnvironment;
using Amounts = std::vector<int>;
using Texts = std::vector<std::string>;
using At = ResetPoint::At;

constexpr durable::Activity<int, int> step{"step", {.start_to_close = 30s, .initial_interval = 1h}};
constexpr durable::WorkflowType<Nothing, Texts> story{"story"};
constexpr durable::WorkflowType<Nothing, int> nest{"nest"};
constexpr durable::WorkflowType<Nothing, int> egg{"egg"};
constexpr durable::Signal<int> hatch{"hatch"};

/// Draws, takes two steps, draws again, waits for an amount; tells all of it.
Task<Texts> tell(Workflow& wf, Nothing) {
    Texts told{wf.uuid().to_string()};
    told.push_back(std::to_string(co_await wf.run(step, 1)));
    told.push_back(std::to_string(co_await wf.run(step, 2)));
    told.push_back(wf.uuid().to_string());
    told.push_back(std::to_string(co_await wf.signals(amount).receive()));
    co_return told;
}
/// The same history up to the first step, and then another one.
Task<Texts> tell_otherwise(Workflow& wf, Nothing) {
    Texts told{wf.uuid().to_string()};
    told.push_back(std::to_string(co_await wf.run(step, 1)));
    co_await wf.sleep(1min);
    co_return told;
}

Task<int> run_egg(Workflow& wf, Nothing) {
    co_return co_await wf.signals(hatch).receive();
}
/// One child before an amount has come, another one after it; the sum of both.
Task<int> run_nest(Workflow& wf, Nothing) {
    auto first = co_await wf.start_child(egg, {}, {.workflow = WorkflowId{"egg-1"}});
    co_await wf.signals(amount).receive();
    auto second = co_await wf.start_child(egg, {}, {.workflow = WorkflowId{"egg-2"}});
    const int one = co_await first;
    co_return one + co_await second;
}

durable::client::ResetResult reset(TestEnvironment& env, RunId run, ResetPoint point,
                                   const std::string& request_id = {}) {
    ResetOptions options{.point = std::move(point), .reason = "ticket 12", .identity = "ann"};
    options.request_id = request_id;
    return env.client().reset(env.workflows(), ref(run), options);
}

/// A story that has taken both steps and waits for its amount.
RunId told_so_far(TestEnvironment& env) {
    env.add(story, tell);
    env.fake(step, [](const int& number) { return number * 10; });
    const auto run = env.start(story, {}, "story");
    env.settle();
    return run;
}

}  // namespace

TEST_CASE(
    "2.13 reset: a new run of the chain begins with the history up to the point, and says whose it is") {
    TestEnvironment env;
    const auto base = told_so_far(env);
    const auto before = env.history(base);
    const auto again = reset(env, base, {.at = At::last_activation});
    CHECK(again.terminated == base);
    CHECK(env.client().describe(ref(base))->status == RunStatus::terminated);
    CHECK(*env.client().resolve(named("story")) == again.run);
    const auto copied = env.history(again.run);
    for (std::size_t i = 1; i + 1 < before.size(); ++i) CHECK(copied.at(i) == before.at(i));
    const auto forked = env.client().describe(ref(again.run))->lifecycle.forked;
    REQUIRE(forked);
    CHECK(forked->base == base);
    CHECK(forked->after == again.after);
    CHECK(forked->reason == "ticket 12");
    env.signal(base, amount, 5);  // whoever names the old run reaches the chain
    CHECK(env.result(story, again.run).back() == "5");
    must_be_sound(env);
}

TEST_CASE("2.13 reset: the copied part draws the same numbers, what comes after it draws others") {
    TestEnvironment env;
    const auto base = told_so_far(env);
    const auto again = reset(env, base, {.at = At::last_activation});
    env.signal(again.run, amount, 1);
    const Texts told = env.result(story, again.run);
    const auto once_more = reset(env, again.run, {.at = At::event, .event = EventId{4}});
    const Texts retold = env.result(story, once_more.run);
    CHECK(retold.at(0) == told.at(0));
    CHECK(retold.at(3) != told.at(3));
}

TEST_CASE(
    "2.13 reset: a result that is in the copied part is kept, what was pending at the point runs again, "
    "now") {
    TestEnvironment env;
    env.add(story, tell);
    auto steps = env.fake(step, [](const int& number) { return number * 10; });
    const auto base = env.start(story, {}, "story");
    env.settle();
    CHECK(steps.calls() == 2);
    // Event 4 orders the second step, whose result is event 5.
    env.skip(24h);
    const auto again = reset(env, base, {.at = At::event, .event = EventId{4}});
    CHECK(again.after == EventId{4});
    env.settle();
    CHECK(steps.inputs() == Amounts{1, 2, 2});
    env.signal(again.run, amount, 3);
    const Texts told = env.result(story, again.run);
    CHECK(told.at(1) == "10");
    CHECK(told.at(2) == "20");
}

TEST_CASE(
    "2.13 reset: signals, updates and cancel requests from after the point come again, unless left out") {
    TestEnvironment env;
    add_till(env);
    const auto base = env.start(till, {.left = 5}, "till");
    env.signal(base, amount, 1);
    CHECK(env.client().update(ref(base), pay, 2, {.id = "u-1"}) == 2);
    env.signal(base, amount, 3);
    env.settle();

    const auto again = reset(env, base, {.at = At::first_activation});
    CHECK(again.resent == 2);  // signals
    env.settle();
    CHECK(env.query(again.run, taken, {}) == Amounts{1, 2, 3});
    CHECK(env.client().update(ref(again.run), pay, 2, {.id = "u-1"}) == 2);  // still one request

    ResetOptions without{.point = {.at = At::first_activation}};
    without.exclude = {.signals = true, .updates = true};
    const auto bare = env.client().reset(env.workflows(), ref(again.run), without);
    CHECK(bare.resent == 0);
    env.settle();
    CHECK(env.query(bare.run, taken, {}).empty());

    env.cancel(bare.run, "enough");
    CHECK(env.outcome(bare.run).status == RunStatus::canceled);
    CHECK(env.outcome(reset(env, bare.run, {.at = At::first_activation}).run).status == RunStatus::canceled);
    without.exclude = {.cancels = true};
    const auto open = env.client().reset(env.workflows(), ref(bare.run), without);
    env.settle();
    CHECK(env.client().describe(ref(open.run))->status == RunStatus::running);
    must_be_sound(env);
}

TEST_CASE(
    "2.13 reset: messages come again from all later runs of the chain, each once however often it is reset") {
    TestEnvironment env;
    add_till(env);
    const auto base = env.start(till, {.left = 4, .a_run = 1}, "till");
    for (const int value : {1, 2, 3}) {
        env.signal(base, amount, value);
        env.settle();
    }
    auto run = base;
    for (int i = 0; i < 3; ++i) {
        const auto again = reset(env, run, {.at = At::first_activation});
        CHECK(again.resent == 3);
        run = again.run;
        if (i == 1) env.settle();
    }
    env.signal(base, amount, 4);
    CHECK(env.result(till, base) == Amounts{1, 2, 3, 4});
    must_be_sound(env);
}

TEST_CASE("2.13 reset: children from before the point stay and report to the new run; later ones end") {
    TestEnvironment env;
    add_till(env);
    env.add(nest, run_nest);
    env.add(egg, run_egg);
    const auto base = env.start(nest, {}, "nest");
    env.settle();
    const auto first = *env.client().resolve(named("egg-1"));
    // Before the amount comes: event 3 is the first child's start.
    env.signal(base, amount, 1);
    env.settle();
    const auto second = *env.client().resolve(named("egg-2"));
    const auto again = reset(env, base, {.at = At::event, .event = EventId{3}});
    CHECK(again.children_ended == 1);
    CHECK(again.resent == 1);
    CHECK(env.client().describe(ref(second))->status == RunStatus::terminated);
    env.settle();
    CHECK(*env.client().resolve(named("egg-1")) == first);
    CHECK(*env.client().resolve(named("egg-2")) != second);  // the code has started it again
    env.signal(first, hatch, 3);
    env.signal(*env.client().resolve(named("egg-2")), hatch, 4);
    CHECK(env.result(nest, again.run) == 7);
    must_be_sound(env);
}

TEST_CASE("2.13 reset: once for a request id; all of it in one transaction, or nothing") {
    TestEnvironment env;
    const auto base = told_so_far(env);
    {
        pqxx::connection connection{env.database().url()};
        pqxx::work tx{connection};
        CHECK(env.client().reset(tx, env.workflows(), ref(base), {}).terminated == base);
    }
    CHECK(env.client().describe(ref(base))->status == RunStatus::running);
    CHECK(number(env, "select count(*) from engine.runs") == 1);
    const auto once = reset(env, base, {.at = At::last_activation}, "request-1");
    const auto twice = reset(env, base, {.at = At::first_activation}, "request-1");
    CHECK(twice.run == once.run);
    CHECK(twice.repeated);
    CHECK(number(env, "select count(*) from engine.runs") == 2);
    CHECK(env.client().audit({.verb = "workflow reset"}).size() == 1);
}

TEST_CASE(
    "2.13 reset points: first, last, an event, a build, the last continue-as-new, and none that is not "
    "there") {
    TestEnvironment env;
    const auto base = told_so_far(env);  // events 1 to 5; a turn ends after 2, 4 and 5
    const auto point = [&env, base](ResetPoint at) {
        pqxx::connection connection{env.database().url()};
        pqxx::work tx{connection};
        return env.client().reset(tx, env.workflows(), ref(base), {.point = std::move(at)}).after.value;
    };
    CHECK(point({.at = At::first_activation}) == 1);
    CHECK(point({.at = At::build, .build = "test"}) == 1);
    CHECK(point({.at = At::event, .event = EventId{4}}) == 4);
    CHECK(point({.at = At::last_activation}) == 4);
    CHECK_THROWS_AS(point({.at = At::build, .build = "nobody's"}), ResetRefused);
    CHECK_THROWS_AS(point({.at = At::last_continue_as_new}), ResetRefused);
    CHECK(point({.at = At::event, .event = EventId{3}}) == 2);   // rounded down to the end of a turn
    CHECK(point({.at = At::event, .event = EventId{99}}) == 5);  // likewise
    CHECK_THROWS_AS(point({.at = At::event, .event = EventId{0}}), ResetRefused);
}

TEST_CASE("2.13 reset points: before the run before this one decided to continue as new") {
    TestEnvironment env;
    add_till(env);
    const auto base = env.start(till, {.left = 2, .a_run = 1}, "till");
    env.signal(base, amount, 1);
    env.settle();
    const auto newest = *env.client().resolve(named("till"));
    REQUIRE(newest != base);
    const auto again = reset(env, newest, {.at = At::last_continue_as_new});
    CHECK(again.base == base);
    env.signal(again.run, amount, 2);
    CHECK(env.result(till, again.run) == Amounts{1, 2});
}

TEST_CASE(
    "2.13 reset points: before the first mismatch, with the program that no longer answers as recorded") {
    TestEnvironment env;
    const auto base = told_so_far(env);
    CHECK_THROWS_AS(reset(env, base, {.at = At::before_first_mismatch}), ResetRefused);
    durable::WorkflowRegistry changed;
    changed.add(story, tell_otherwise);
    // The worker here has the old program, and must not go on with the new run before it has been looked at.
    durable::client::QueueClient queues{{.connection_string = env.database().url()}};
    queues.pause("default", {"ann", "the fix is on its way"});
    const auto again = env.client().reset(changed, ref(base), {.point = {.at = At::before_first_mismatch}});
    CHECK(again.after == EventId{2});
    CHECK_FALSE(env.client().inspect(changed, again.run).blocked);
    // The first step's result, event 3, is kept: it waits for the new run's code.
    CHECK(env.client().describe(ref(again.run))->inbox_waiting == 1);
}

TEST_CASE("2.13 reset: other options for the new run, here its build, are verbs in the same transaction") {
    TestEnvironment env;
    const auto base = told_so_far(env);
    pqxx::connection connection{env.database().url()};
    pqxx::work tx{connection};
    const durable::store::Act act{"ann", "the fix is in build 2"};
    durable::store::promote(tx, {.build = "test", .force = true, .without_workers = true, .act = act});
    const auto again = env.client().reset(tx, env.workflows(), ref(base), {});
    CHECK(durable::store::move_run(tx, ref(again.run), "build-2", act) == durable::store::Moved::moved);
    tx.commit();
    const auto info = env.client().describe(ref(again.run));
    CHECK(info->for_build == "build-2");
    CHECK(info->pinned);
}

TEST_CASE(
    "2.13 reset: a run that has closed goes on under its id; signals may be left out, so that others "
    "decide") {
    TestEnvironment env;
    const auto base = told_so_far(env);
    env.signal(base, amount, 1);
    CHECK(env.result(story, base).back() == "1");
    ResetOptions options{.point = {.at = At::last_activation}};
    options.exclude.signals = true;
    const auto again = env.client().reset(env.workflows(), ref(base), options);
    CHECK_FALSE(again.terminated);
    env.settle();
    env.signal(base, amount, 2);
    CHECK(env.result(story, again.run).back() == "2");
    CHECK(env.client().describe(ref(base))->status == RunStatus::completed);
}

}  // namespace conformance
