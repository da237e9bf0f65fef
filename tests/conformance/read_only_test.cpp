// Semantics 2.5 and 2.6: handlers of queries and validators of updates only read. Every verb of Workflow is
// tried.

#include <atomic>

#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::WorkflowId;
using durable::client::QueryRefused;
using durable::client::UpdateRefused;
using durable::testing::TestEnvironment;

constexpr durable::WorkflowType<Nothing, int> reader{"reader"};
constexpr durable::Query<int, int> reach{"reach"};
constexpr durable::Query<Nothing, std::int64_t> clock_of_turn{"clock_of_turn"};
constexpr durable::Update<int, int> meddle{"meddle"};
constexpr durable::SearchKey<std::string> customer{"Customer"};
std::atomic<int> effects{0};  // of side effects

struct Overstep {
    std::string what;
    void (*verb)(Workflow&);
};
/// What is lazy is begun, as co_await would.
const std::vector<Overstep> oversteps{
    {"start an activity", [](Workflow& wf) { static_cast<void>(wf.start(charge, 1)); }},
    {"run an activity", [](Workflow& wf) { static_cast<void>(wf.run(charge, 1).await_ready()); }},
    {"run a local activity", [](Workflow& wf) { static_cast<void>(wf.local(charge, 1).await_ready()); }},
    {"sleep", [](Workflow& wf) { static_cast<void>(wf.sleep(1h).await_ready()); }},
    {"wait", [](Workflow& wf) { static_cast<void>(wf.wait_until([] { return true; }).await_ready()); }},
    {"receive", [](Workflow& wf) { static_cast<void>(wf.signals(amount).receive().await_ready()); }},
    {"try to receive", [](Workflow& wf) { static_cast<void>(wf.signals(amount).try_receive()); }},
    {"start a child",
     [](Workflow& wf) {
         static_cast<void>(wf.start_child(till, {}, {.workflow = WorkflowId{"child"}}).await_ready());
     }},
    {"signal another",
     [](Workflow& wf) {
         static_cast<void>(wf.signal_workflow(WorkflowId{"other"}, amount, 1).await_ready());
     }},
    {"cancel another",
     [](Workflow& wf) {
         static_cast<void>(wf.cancel_workflow(WorkflowId{"other"}, "enough").await_ready());
     }},
    {"acquire units", [](Workflow& wf) { static_cast<void>(wf.acquire("units").await_ready()); }},
    {"publish", [](Workflow& wf) { wf.publish(last_taken, 1); }},
    {"publish, and keep quiet about the refusal",
     [](Workflow& wf) {
         try {
             wf.publish(last_taken, 1);
         } catch (const std::exception&) {
         }
     }},
    {"set an attribute", [](Workflow& wf) { wf.set_attribute(customer, "acme"); }},
    {"clear an attribute", [](Workflow& wf) { wf.clear_attribute(customer); }},
    {"side effect", [](Workflow& wf) { static_cast<void>(wf.side_effect([] { return ++effects; })); }},
    {"random", [](Workflow& wf) { static_cast<void>(wf.random()); }},
    {"uuid", [](Workflow& wf) { static_cast<void>(wf.uuid()); }},
    {"patched", [](Workflow& wf) { static_cast<void>(wf.patched("change")); }},
    {"deprecate a patch", [](Workflow& wf) { wf.deprecate_patch("change"); }},
    {"cancel a scope", [](Workflow& wf) { wf.scope().cancel("enough"); }},
    {"keep", [](Workflow& wf) { static_cast<void>(wf.keep(0)); }},
    {"take queries", [](Workflow& wf) { wf.on_query(taken, [](const Nothing&) { return std::vector{1}; }); }},
    {"take updates", [](Workflow& wf) { wf.on_update(pay, [](int paid) { return paid; }); }},
    {"continue as new", [](Workflow& wf) { wf.continue_as_new(Nothing{}); }},
};
const int nothing_of_it = static_cast<int>(oversteps.size());

int overstep(Workflow& wf, int which) {
    if (which != nothing_of_it) oversteps.at(static_cast<std::size_t>(which)).verb(wf);
    return which;
}

/// Its query and its validator do what they are asked to; it ends with the first amount.
Task<int> run_reader(Workflow& wf, Nothing) {
    wf.on_query(reach, [&wf](const int& which) { return overstep(wf, which); });
    wf.on_query(clock_of_turn, [&wf](const Nothing&) { return wf.now().time_since_epoch().count(); });
    wf.on_update(
        meddle, [](int which) { return which; },
        [&wf](const int& which) { static_cast<void>(overstep(wf, which)); });
    co_return co_await wf.signals(amount).receive();
}

struct Reading {
    Reading() {
        add_till(env);
        env.add(reader, run_reader);
        run = env.start(reader, {}, "reader");
        env.settle();
        recorded = env.history(run);
        effects = 0;
    }
    /// It is as it was, goes on, and is replayed by the kit.
    void must_be_unharmed() {
        CHECK(env.history(run) == recorded);
        CHECK(effects == 0);
        CHECK(number(env, "select count(*) from engine.runs") == 1);
        env.signal(run, amount, 5);
        CHECK(env.result(reader, run) == 5);
        must_be_sound(env);
    }
    TestEnvironment env;
    durable::RunId run;
    durable::history::History recorded;
};

}  // namespace

TEST_CASE("2.6 query: it only reads; whatever else its handler tries is refused, and the run is not harmed") {
    Reading world;
    for (int which = 0; which < nothing_of_it; ++which) {
        CAPTURE(oversteps.at(static_cast<std::size_t>(which)).what);
        CHECK_THROWS_WITH_AS(static_cast<void>(world.env.query(world.run, reach, which)),
                             doctest::Contains("used a verb of Workflow"), QueryRefused);
    }
    CHECK(world.env.query(world.run, reach, nothing_of_it) == nothing_of_it);
    world.must_be_unharmed();
}

TEST_CASE("2.6 query: the time it reads is that of the last commit, whenever it is asked") {
    Reading world;
    const auto of_turn = world.recorded.back().time.time_since_epoch().count();
    CHECK(world.env.query(world.run, clock_of_turn, {}) == of_turn);
    world.env.skip(5h);
    CHECK(world.env.query(world.run, clock_of_turn, {}) == of_turn);
}

TEST_CASE("2.5 update: a validator that does more than read rejects its update, and leaves no trace") {
    Reading world;
    for (int which = 0; which < nothing_of_it; ++which) {
        CAPTURE(oversteps.at(static_cast<std::size_t>(which)).what);
        try {
            world.env.client().update(ref(world.run), meddle, which);
            FAIL("its validator was allowed to");
        } catch (const UpdateRefused& refused) {
            CHECK(refused.info().failure->type == "InvalidValidator");
        }
    }
    CHECK(world.env.history(world.run) == world.recorded);
    CHECK(world.env.client().update(ref(world.run), meddle, nothing_of_it) == nothing_of_it);
    world.recorded = world.env.history(world.run);
    world.must_be_unharmed();
}

}  // namespace conformance
