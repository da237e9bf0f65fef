// Starting runs: by the client's own transaction, inside of a caller's, again, and against open and closed
// ones.

#include <doctest/doctest.h>

#include "tests/client/office.hpp"

namespace test {
namespace {

using Outcome = store::StartResult::Outcome;

constexpr WorkflowType<std::string, Nothing> toast{"toast"};

client::StartOptions named(const std::string& id) {
    return {.workflow = WorkflowId{id}};
}

store::ListFilter beginning(const std::string& prefix) {
    store::ListFilter filter;
    filter.workflow_id_prefix = prefix;
    return filter;
}

}  // namespace

TEST_CASE("a started run can be described, listed, counted and read") {
    Office office;
    const auto started = office.client.start(approval, {}, named("a-1"));
    CHECK(started.outcome == Outcome::started);

    const auto info = office.client.describe({.workflow = WorkflowId{"a-1"}});
    REQUIRE(info);
    CHECK(info->run == started.run);
    CHECK(info->type == "approval");
    CHECK(info->status == replay::RunStatus::running);

    const auto listed = office.client.list(beginning("a-"));
    REQUIRE(listed.size() == 1);
    CHECK(listed[0].run == started.run);
    CHECK(office.client.list(beginning("b-")).empty());

    const auto counts = office.client.count({});
    std::int64_t running = 0;
    for (const auto& [status, number] : counts.by_status) {
        if (status == replay::RunStatus::running) running = number;
    }
    CHECK(running == 1);

    const auto history = office.client.history(started.run);
    REQUIRE(history.size() == 1);
    CHECK(std::holds_alternative<history::WorkflowStarted>(history[0].arrived.at(0)));
    CHECK(office.client.history(started.run, EventId{2}).empty());
}

// Inputs and messages are given as a caller would write them: their types are those of the workflow and the signal.
static_assert(requires(client::Client& client, pqxx::work& tx, const store::RunRef& run) {
    client.start(toast, "Ada", named("a"));
    client.start(tx, toast, "Ada", named("a"));
    client.start(approval, {}, named("a"));
    client.start(tx, approval, {}, named("a"));
    client.signal(run, approve, "yes");
    client.signal(run, approve, {});
    client.signal(run, approve, "yes", "request-1");
    client.signal_with_start(toast, "Ada", named("a"), approve, "yes");
    client.signal_with_start(approval, {}, named("a"), approve, "yes");
});

TEST_CASE("a literal is an input like any other, and so is a message") {
    Office office;
    const auto started = office.client.start(toast, "Ada", named("a"));
    const auto history = office.client.history(started.run);
    CHECK(decode<std::string>(std::get<history::WorkflowStarted>(history.at(0).arrived.at(0)).input) ==
          "Ada");
    CHECK(office.client.signal({.run = started.run}, approve, "yes") == store::SendResult::delivered);
    CHECK(office.database.value("select convert_from(event, 'UTF8')::json ->> 'input' from engine.inbox") ==
          "yes");
}

TEST_CASE("a start inside a transaction happens when that commits, and not before") {
    Office office;
    pqxx::connection connection{office.database.url()};
    pqxx::work tx{connection};
    const auto started = office.client.start(tx, approval, {}, named("inside"));
    CHECK(started.outcome == Outcome::started);
    CHECK_FALSE(office.client.describe({.run = started.run}));
    tx.commit();
    office.client.notify();
    CHECK(office.client.describe({.run = started.run}));
}

TEST_CASE("a start inside a transaction that is rolled back has never happened") {
    Office office;
    pqxx::connection connection{office.database.url()};
    store::RunRef run;
    {
        pqxx::work tx{connection};
        run.run = office.client.start(tx, approval, {}, named("inside")).run;
    }
    CHECK_FALSE(office.client.describe(run));
    CHECK(office.client.start(approval, {}, named("inside")).outcome == Outcome::started);
}

TEST_CASE("a signal inside a transaction that is rolled back has never been sent") {
    Office office;
    const auto run = office.start(approval, "a");
    pqxx::connection connection{office.database.url()};
    {
        pqxx::work tx{connection};
        CHECK(office.client.signal(tx, run, "approve", encode(std::string{"yes"}), "") ==
              store::SendResult::delivered);
    }
    CHECK(office.client.describe(run)->inbox_waiting == 0);
    {
        pqxx::work tx{connection};
        (void)office.client.signal(tx, run, "approve", encode(std::string{"yes"}), "");
        tx.commit();
    }
    CHECK(office.client.describe(run)->inbox_waiting == 1);
}

TEST_CASE("an open run is in the way, is used, or is ended, as the conflict policy says") {
    Office office;
    const auto first = office.client.start(approval, {}, named("a")).run;
    auto options = named("a");
    const auto refused = office.client.start(approval, {}, options);
    CHECK(refused.outcome == Outcome::already_open);
    CHECK(refused.run == first);

    options.conflict = store::ConflictPolicy::use_existing;
    const auto used = office.client.start(approval, {}, options);
    CHECK(used.outcome == Outcome::existing);
    CHECK(used.run == first);

    options.conflict = store::ConflictPolicy::terminate_existing;
    const auto replaced = office.client.start(approval, {}, options);
    CHECK(replaced.outcome == Outcome::started);
    CHECK(replaced.run != first);
    CHECK(office.client.describe({.run = first})->status == replay::RunStatus::terminated);
}

TEST_CASE("a closed run stands in the way only if the reuse policy says so") {
    Office office;
    const auto first = office.client.start(greeting, {}, named("g")).run;
    REQUIRE(office.hire()->work() == 1);
    auto options = named("g");
    options.reuse = store::ReusePolicy::reject;
    const auto refused = office.client.start(greeting, {}, options);
    CHECK(refused.outcome == Outcome::already_closed);
    CHECK(refused.run == first);
    options.reuse = store::ReusePolicy::allow_if_not_completed;
    CHECK(office.client.start(greeting, {}, options).outcome == Outcome::already_closed);
    options.reuse = store::ReusePolicy::allow;
    CHECK(office.client.start(greeting, {}, options).outcome == Outcome::started);
}

TEST_CASE("the same request again gives the first run, also when it has ended") {
    Office office;
    auto options = named("g");
    options.request_id = "webhook-1";
    const auto first = office.client.start(greeting, {}, options);
    CHECK(first.outcome == Outcome::started);
    const auto again = office.client.start(greeting, {}, options);
    CHECK(again.outcome == Outcome::existing);
    CHECK(again.run == first.run);
    REQUIRE(office.hire()->work() == 1);
    const auto late = office.client.start(greeting, {}, options);
    CHECK(late.outcome == Outcome::existing);
    CHECK(late.run == first.run);
    CHECK(office.database.value("select count(*) from engine.runs") == "1");
}

TEST_CASE("a bad workflow id is refused before it reaches the database") {
    Office office;
    CHECK_THROWS_AS((void)office.client.start(greeting, {}, named("")), std::invalid_argument);
    CHECK_THROWS_AS((void)office.client.start(greeting, {}, named("a\nb")), std::invalid_argument);
}

}  // namespace test
