#include "tests/schedule/office.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/replay/history.hpp"
#include "engine/store/check.hpp"

namespace test {

Office::Office()
    : client({.connection_string = database.url(), .notifications = false}), store(database.url()) {}

Office::~Office() {
    CHECK(violations() == std::vector<std::string>{});
}

std::vector<std::string> Office::violations() const {
    pqxx::connection connection{database.url()};
    for (const auto& line : store::check(connection)) {
        if (line.id == "I-17") return line.examples;
    }
    return {"I-17 is not checked"};
}

void Office::go_to(const std::string& time) {
    // Never after it by a clock that goes on meanwhile: the shift is computed where it is stored.
    database.execute(fmt::format(
        "update engine.test_clock set shift = timestamptz '{}' - pg_catalog.clock_timestamp()", time));
}

int Office::act(store::ScheduleStore& by) {
    int turns = 0;
    for (auto due = by.due(); !due.ids.empty(); due = by.due()) {
        for (const std::string& id : due.ids) turns += by.take_turn(id).has_value() ? 1 : 0;
        REQUIRE(turns < 1000);
    }
    return turns;
}

int Office::act() {
    return act(store);
}

void Office::live_until(const std::string& time, Duration step) {
    while (database.now() < at(time)) {
        database.advance(std::min<Duration>(step, at(time) - database.now()));
        act();
    }
}

void Office::apply(const ScheduleSpec& spec) {
    client.apply(std::vector{spec});
}

std::vector<Ran> Office::runs() {
    pqxx::connection connection{database.owner_url()};
    pqxx::work tx{connection};
    std::vector<Ran> found;
    for (const auto& row : tx.exec("select fields ->> 'workflow_id', (fields ->> 'scheduled_for')::bigint "
                                   "from engine.history_events where event_id = 1 order by 2, 1")) {
        found.push_back(
            {row[0].as<std::string>(), to_string(Timestamp{Duration{row[1].as<std::int64_t>()}})});
    }
    return found;
}

std::vector<std::string> Office::nominal_times() {
    std::vector<std::string> times;
    for (const Ran& run : runs()) times.push_back(run.nominal);
    return times;
}

int Office::open_runs() const {
    return std::stoi(database.value("select count(*) from engine.live_runs"));
}

void Office::end(const std::string& workflow_id, const std::string& status) {
    database.execute(
        fmt::format("with gone as (delete from engine.live_runs l using engine.workflow_ids w "
                    "where w.workflow_id = '{}' and l.run_id = w.run_id returning l.run_id) "
                    "insert into engine.closed_runs (run_id, closed_at, activations, events, status) "
                    "select run_id, engine.now(), 1, 1, '{}' from gone",
                    workflow_id, status));
}

void Office::complete(const std::string& workflow_id) {
    end(workflow_id, "completed");
}
void Office::fail(const std::string& workflow_id) {
    end(workflow_id, "failed");
}
void Office::terminate(const std::string& workflow_id) {
    end(workflow_id, "terminated");
}

}  // namespace test
