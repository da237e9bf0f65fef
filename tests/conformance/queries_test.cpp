// Semantics 2.6: queries see what is committed, and need no worker; published state as rows.

#include <algorithm>

#include "tests/conformance/till.hpp"

namespace conformance {
namespace {

using durable::EventId;
using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::client::QueryRefused;
using durable::client::QueryRejected;
using durable::client::RejectIf;
using durable::client::StartOptions;
using durable::testing::TestEnvironment;
using durable::testing::TestFailure;
using Amounts = std::vector<int>;

StartOptions called(const std::string& id) {
    return {.workflow = durable::WorkflowId{id}};
}

constexpr durable::WorkflowType<Nothing, int> greedy{"greedy"};
constexpr durable::Query<Nothing, int> seen_amounts{"seen_amounts"};

std::vector<std::string> names_of(const std::vector<durable::replay::Handler>& handlers) {
    std::vector<std::string> names;
    for (const auto& handler : handlers) names.push_back(handler.name);
    return names;
}

/// Its code has a bug at the second amount.
Task<int> run_greedy(Workflow& wf, Nothing) {
    int& seen = wf.keep(0);
    wf.on_query(seen_amounts, [&seen](const Nothing&) { return seen; });
    while (true) {
        co_await wf.signals(amount).receive();
        if (++seen == 2) throw std::runtime_error("a bug");
    }
}

}  // namespace

TEST_CASE("2.6 query: what was committed before is in the answer, what nobody has taken yet is not") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.client().start(till, {.left = 3}, called("till")).run;
    try {
        static_cast<void>(env.query(run, taken, {}));
        FAIL("code that has not run has answered");
    } catch (const QueryRefused& refused) {
        CHECK(std::string{refused.what()}.find("as far as the code has run") != std::string::npos);
    }
    env.settle();
    for (const int value : {1, 2}) {
        env.signal(run, amount, value);
        env.settle();
        CHECK(env.query(run, taken, {}).back() == value);
    }
}

TEST_CASE("2.6 query: as of an earlier event the answer is that of then") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 2}, "till");
    std::vector<EventId> ends;
    for (const int value : {1, 2}) {
        env.settle();
        ends.push_back(EventId{env.client().describe(ref(run))->events});
        env.signal(run, amount, value);
    }
    env.result(till, run);
    const auto at = [&](EventId event) {
        return env.client().query(env.workflows(), ref(run), taken, {}, event);
    };
    CHECK(at(ends[0]).empty());
    CHECK(at(ends[1]) == Amounts{1});
    CHECK(at(EventId{999}) == Amounts{1, 2});
}

TEST_CASE("2.6 query: a paused run answers unless the caller excludes that, and is told to be paused") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 1, .taken = {4}}, "till");
    env.settle();
    env.client().pause(ref(run), "ticket 12", "test");
    env.settle();
    CHECK(env.query(run, taken, {}) == Amounts{4});
    CHECK_THROWS_WITH_AS(
        static_cast<void>(env.client().query(env.workflows(), ref(run), "taken", {}, {}, RejectIf::paused)),
        doctest::Contains("is paused"), QueryRejected);
}

TEST_CASE("2.6 query: a run whose code has failed answers with what it had reached") {
    TestEnvironment env;
    add_till(env);
    env.add(greedy, run_greedy);
    const auto run = env.start(greedy, {}, "greedy");
    env.settle();
    env.signal(run, amount, 1);
    env.settle();
    env.signal(run, amount, 2);
    CHECK_THROWS_AS(env.settle(), TestFailure);
    REQUIRE(env.client().describe(ref(run))->blocked);
    CHECK(env.query(run, seen_amounts, {}) == 1);
}

TEST_CASE(
    "2.6 query: a build whose code answers otherwise gives no half a state, and names the build needed") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 1}, "till");
    env.signal(run, amount, 1);
    env.result(till, run);
    durable::WorkflowRegistry other;
    struct Changed {
        static Task<Amounts> run(Workflow& wf, Till) {
            co_await wf.sleep(1s);
            co_return Amounts{};
        }
    };
    other.add(till, Changed::run);
    try {
        static_cast<void>(env.client().query(other, ref(run), taken, {}));
        FAIL("it has answered");
    } catch (const durable::client::NeedsBuild& error) {
        CHECK(error.build() == "test");
    }
}

TEST_CASE("2.6 query: the stack and the names that the code takes are there for every run") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 1}, "till");
    env.settle();
    const auto inspection = env.client().inspect(env.workflows(), run);
    CHECK(std::ranges::any_of(inspection.stack, [](const auto& frame) {
        return frame.coroutine.find("take_signals") != std::string::npos && frame.line > 0 &&
               frame.waits_for == "signal amount";
    }));
    const auto handlers = env.client().handlers(env.workflows(), ref(run));
    CHECK(names_of(handlers.queries) == std::vector<std::string>{"taken"});
    CHECK(names_of(handlers.updates) == std::vector<std::string>{"pay", "pay_by_card", "ponder"});
    CHECK(names_of(handlers.signals) == std::vector<std::string>{"amount", "close_till"});
}

TEST_CASE("2.6 query: what the code takes is described by whoever wrote it, and changes no history") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 1}, "till");
    env.settle();
    const auto handlers = env.client().handlers(env.workflows(), ref(run));
    CHECK(handlers.queries.at(0).description == "the amounts so far, in order");
    CHECK(handlers.updates.at(0).description == "take an amount");
    CHECK(handlers.updates.at(1).description == "");
    CHECK(handlers.signals.at(0).description == "take an amount, without an answer");
    for (const auto& activation : env.history(run))
        CHECK(durable::history::encode(activation).find("take an amount") == std::string::npos);
}

TEST_CASE("2.6 query: a run that was closed before its code began has nobody to ask, and says so") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.client().start(till, {.left = 1}, called("till")).run;
    env.client().terminate(ref(run), "never mind", "test");
    CHECK_THROWS_WITH_AS(static_cast<void>(env.query(run, taken, {})),
                         doctest::Contains("as far as the code has run"), QueryRefused);
    const auto handlers = env.client().handlers(env.workflows(), ref(run));
    CHECK(handlers.queries.empty());
    CHECK(handlers.signals.empty());
}

TEST_CASE("2.6 published state: rows that anybody reads, without replay and without a worker") {
    TestEnvironment env;
    add_till(env);
    const auto run = env.start(till, {.left = 3, .a_run = 1}, "till");
    CHECK_FALSE(env.client().published(named("till"), last_taken));
    for (const int value : {6, 7}) {
        env.signal(run, amount, value);
        env.settle();
    }
    CHECK(env.client().published(named("till"), last_taken) == 7);
    pqxx::connection connection{env.database().url()};
    pqxx::work tx{connection};
    CHECK(tx.exec1("select engine.published_state('', 'till', 'last_taken')::text")[0].as<std::string>() ==
          "7");
}

}  // namespace conformance
