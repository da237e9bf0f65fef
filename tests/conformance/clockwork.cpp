#include "tests/conformance/clockwork.hpp"

#include "engine/search/moments.hpp"

namespace conformance {
namespace {

Task<std::string> tell_time(Workflow& wf, Nothing) {
    co_return to_string(wf.info().scheduled_for.value());
}

Task<std::string> work_a_shift(Workflow& wf, Nothing) {
    const std::string word = co_await wf.signals(leave).receive();
    if (word == "fail") throw ApplicationError{"Accident", "told to fail"};
    co_return wf.previous_result<std::string>().value_or("") + word;
}

Times texts(testing::TestEnvironment& env, const std::string& sql) {
    pqxx::nontransaction reader{env.database().owner()};
    Times found;
    for (const auto& row : reader.exec(sql)) found.push_back(row[0].as<std::string>());
    return found;
}

}  // namespace

Timestamp moment(const std::string& text) {
    return search::parse_moment(text, Timestamp{}).value();
}

ScheduleSpec spec_of(const std::string& cron, const WorkflowType<Nothing, std::string>& type) {
    return {.id = "test", .cron = cron, .catch_up = 24h, .workflow = scheduled(type, {})};
}

Clockwork::Clockwork() : schedules({.connection_string = env.database().url()}) {
    env.add(tick, tell_time);
    env.add(shift, work_a_shift);
    set_clock("2026-11-21T00:30:00Z");
}

Clockwork::~Clockwork() {
    must_be_sound(env);
}

void Clockwork::set_clock(const std::string& time) {
    execute(env,
            "update engine.test_clock set shift = timestamptz '" + time + "' - pg_catalog.clock_timestamp()");
}

void Clockwork::live_until(const std::string& time) {
    env.skip(moment(time) - env.now());
}

Times Clockwork::nominal_times() {
    Times times;
    for (const std::string& each :
         texts(env,
               "select fields ->> 'scheduled_for' from engine.history_events "
               "where event_id = 1 order by (fields ->> 'scheduled_for')::bigint")) {
        times.push_back(to_string(Timestamp{Duration{std::stoll(each)}}));
    }
    return times;
}

Times Clockwork::open_runs() {
    return texts(
        env, "select workflow_id from engine.workflow_ids join engine.live_runs using (run_id) order by 1");
}

client::RunResult Clockwork::end(const std::string& nominal, const std::string& word) {
    const client::RunRef run = named("test-" + nominal);
    CHECK(env.client().signal(run, leave, word) == client::SendResult::delivered);
    env.database().wake();
    const auto ended = env.client().wait_result(run, 60s);
    env.settle();  // its schedule takes notice
    return ended;
}

}  // namespace conformance
