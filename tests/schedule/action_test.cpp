// What a schedule's runs go on: terms of the action become terms of each start.

#include <doctest/doctest.h>

#include <algorithm>
#include <array>

#include "engine/schedule/schedule_error.hpp"
#include "engine/store/search.hpp"
#include "tests/schedule/office.hpp"

using namespace test;

namespace {

constexpr SearchKey<std::string> customer{"Customer"};

ScheduleSpec hourly() {
    ScheduleSpec spec = spec_of("@hourly");
    spec.overlap = OverlapPolicy::allow_all;
    return spec;
}

struct Started {
    history::WorkflowStarted event;
    Timestamp at;
    std::vector<SearchAttribute> found_by;
};

Started newest(const Office& office) {
    pqxx::connection connection{office.database.url()};
    pqxx::work tx{connection};
    const auto id = office.database.value("select run_id from engine.runs order by run_id desc limit 1");
    const RunId run{Uuid::parse(id).value()};
    const auto rows = store::load_history(tx, run);
    auto first = history::decode_activation(rows.front().first_event, rows.front().bytes);
    return {std::get<history::WorkflowStarted>(first.arrived.front()), first.time,
            store::attributes_of(tx, run)};
}

}  // namespace

TEST_CASE("a scheduled run has its action's time-outs, retries, share, limit and attributes") {
    Office office;
    office.go_to("2026-11-21T04:30:00Z");
    ScheduleSpec spec = hourly();
    spec.workflow.execution_timeout = 5h;
    spec.workflow.retry = RetryPolicy{.initial_interval = 2s, .maximum_attempts = 3};
    spec.workflow.share = {.priority = 2, .fairness_key = "imports", .weight = 0.5};
    spec.workflow.limit = RunLimit{"imports", 2};
    spec.workflow.attributes = {customer("acme")};
    office.apply(spec);
    office.go_to("2026-11-21T05:00:00Z");
    office.act();
    const Started run = newest(office);
    CHECK(run.event.execution_timeout == Duration{5h});
    CHECK(run.event.execution_deadline == run.at + 5h);
    CHECK(run.event.retry == spec.workflow.retry);
    CHECK(run.event.limit == spec.workflow.limit);
    CHECK(run.found_by.size() == 3);
    CHECK(std::ranges::find(run.found_by, customer("acme")) != run.found_by.end());
    CHECK(office.database.value("select priority || ' ' || fairness_key || ' ' || fairness_weight from "
                                "engine.live_runs") == "2 imports 0.5");
    CHECK(office.client.apply(std::array{spec}).updated.empty());
}

TEST_CASE("a schedule that was stored before actions had terms goes on, and is what its program declares") {
    Office office;
    office.go_to("2026-11-21T04:30:00Z");
    office.apply(hourly());
    office.database.execute(
        "update engine.schedules set spec = jsonb_set(spec::jsonb, '{workflow}', "
        "'{\"type\":\"test_workflow\",\"input\":null,\"tenant\":\"\",\"queue\":\"default\",\"name_space\":"
        "\"default\"}')::text");
    CHECK(office.client.apply(std::array{hourly()}).updated.empty());
    office.go_to("2026-11-21T05:00:00Z");
    CHECK(office.act() == 1);
    CHECK(newest(office).event.scheduled_for == at("2026-11-21T05:00:00Z"));
}

TEST_CASE(
    "an attribute of another type is refused when it is declared by hand, and left out when it has become "
    "so") {
    Office office;
    office.go_to("2026-11-21T04:30:00Z");
    ScheduleSpec spec = hourly();
    spec.workflow.attributes = {customer("acme")};
    office.apply(spec);
    office.database.execute(
        "insert into engine.search_keys (key, type, since) values ('Customer', 'integer', engine.now())");
    office.go_to("2026-11-21T05:00:00Z");
    office.act();
    CHECK(newest(office).found_by.size() == 2);
    ScheduleSpec another = spec;
    another.id = "another";
    CHECK_THROWS_WITH_AS(
        office.client.create(another),
        "schedule \"another\": the search attribute Customer is of another type here, integer",
        schedule::ScheduleError);
}

TEST_CASE("terms that every start would refuse are refused when the schedule is declared") {
    Office office;
    const auto refused = [&](const char* why, const auto& change) {
        ScheduleSpec spec = hourly();
        change(spec.workflow);
        CHECK_THROWS_WITH_AS(office.client.create(spec), doctest::Contains(why), schedule::ScheduleError);
    };
    refused("a priority that is not 1 to 5", [](ScheduledWorkflow& action) { action.share.priority = 9; });
    refused("a run limit that lets nothing through",
            [](ScheduledWorkflow& action) { action.limit = RunLimit{"a", 0}; });
    refused("the execution time-out is not positive",
            [](ScheduledWorkflow& action) { action.execution_timeout = 0s; });
    refused("ScheduleId is set by schedules themselves", [](ScheduledWorkflow& action) {
        action.attributes = {SearchKey<std::string>{"ScheduleId"}("x")};
    });
    refused("the queue", [](ScheduledWorkflow& action) { action.queue.clear(); });
    CHECK(office.client.list().empty());
}
