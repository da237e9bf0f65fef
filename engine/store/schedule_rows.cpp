#include "engine/store/schedule_rows.hpp"

#include <fmt/format.h>

#include "engine/store/field_values.hpp"
#include "engine/store/schedule_input.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

template <class Enum>
Enum named(const pqxx::field& field) {
    Enum value{};
    if (boost::describe::enum_from_string(field.c_str(), value)) return value;
    throw std::runtime_error(
        fmt::format("the database has a schedule with an unknown {} {}", field.name(), field.c_str()));
}

template <class Enum>
std::string name_of(Enum value) {
    return boost::describe::enum_to_string(value, "");
}

std::optional<ScheduleInfo::LastRun> last_run(const pqxx::row& row) {
    const auto nominal = moment_or_none(row["last_nominal"]);
    if (!nominal) return std::nullopt;
    return ScheduleInfo::LastRun{*nominal, WorkflowId{row["last_workflow_id"].as<std::string>()},
                                 RunId{uuid_of(row["last_run_id"].c_str())}};
}

std::optional<RunId> run_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return RunId{uuid_of(field.c_str())};
}

std::optional<std::string> text_of(const std::optional<RunId>& run) {
    if (!run) return std::nullopt;
    return run->value.to_string();
}

ScheduleInfo info_of(const pqxx::row& row, PayloadGate& gate) {
    ScheduleInfo info;
    info.spec = decode<ScheduleSpec>(Payload{row["spec"].as<std::string>()});
    info.unreadable = open_input(gate, info.spec.workflow);
    info.paused = row["paused"].as<bool>();
    info.note = row["note"].as<std::string>();
    info.actions = row["actions"].as<std::int64_t>();
    info.missed = row["missed"].as<std::int64_t>();
    info.skipped = row["skipped"].as<std::int64_t>();
    info.waiting = row["waiting"].as<std::int64_t>();
    info.running = row["running"].as<std::int64_t>();
    info.unread = row["unread"].as<bool>();
    info.next_nominal = moment_or_none(row["next_nominal"]);
    info.next_at = moment_or_none(row["next_at"]);
    info.last = last_run(row);
    info.created_at = moment(row["created_at"]);
    info.updated_at = moment(row["updated_at"]);
    info.revision = row["revision"].as<std::int64_t>();
    info.now = moment(row["now"]);
    return info;
}

}  // namespace

std::optional<std::string> microseconds_text(const std::optional<Timestamp>& time) {
    if (!time) return std::nullopt;
    return std::to_string(time->time_since_epoch().count());
}

std::optional<ScheduleRow> lock_schedule(pqxx::transaction_base& tx, const std::string& id, RowLock how) {
    const auto statement = how == RowLock::wait ? sql::lock_schedule : sql::try_lock_schedule;
    const auto rows = tx.exec_params(std::string{statement}, id);
    if (rows.empty()) return std::nullopt;
    const pqxx::row& found = rows[0];
    ScheduleRow row;
    row.id = id;
    row.spec = decode<ScheduleSpec>(Payload{found["spec"].as<std::string>()});
    row.paused = found["paused"].as<bool>();
    row.note = found["note"].as<std::string>();
    row.actions = found["actions"].as<std::int64_t>();
    row.missed = found["missed"].as<std::int64_t>();
    row.skipped = found["skipped"].as<std::int64_t>();
    row.next_nominal = moment_or_none(found["next_nominal"]);
    row.rules_since = moment_or_none(found["rules_since"]);
    row.last = last_run(found);
    row.ends = {run_or_none(found["completed_run_id"]), run_or_none(found["failed_run_id"])};
    row.revision = found["revision"].as<std::int64_t>();
    row.now = moment(found["now"]);
    return row;
}

void save_schedule(pqxx::transaction_base& tx, const ScheduleRow& row, std::optional<Timestamp> next_at) {
    std::optional<std::string> last_nominal;
    std::optional<std::string> last_workflow;
    std::optional<std::string> last_run;
    if (row.last) {
        last_nominal = microseconds_text(row.last->nominal);
        last_workflow = row.last->workflow.value;
        last_run = row.last->run.value.to_string();
    }
    const auto next_nominal = microseconds_text(row.next_nominal);
    const auto next_look = microseconds_text(next_at);
    const auto rules_since = microseconds_text(row.rules_since);
    const auto completed = text_of(row.ends.completed);
    const auto failed = text_of(row.ends.failed);
    tx.exec_params(std::string{sql::save_schedule}, row.id, or_null(next_nominal), or_null(next_look),
                   row.paused, row.note, row.actions, row.missed, row.skipped, or_null(last_nominal),
                   or_null(last_workflow), or_null(last_run), or_null(completed), or_null(failed),
                   or_null(rules_since));
}

std::vector<BufferedNominal> load_buffer(pqxx::transaction_base& tx, const std::string& id) {
    std::vector<BufferedNominal> waiting;
    for (const auto& row : tx.exec_params(std::string{sql::schedule_buffer}, id)) {
        BufferedNominal nominal{moment(row["nominal"]), named<ScheduleOrigin>(row["origin"]), std::nullopt};
        if (!row["overlap"].is_null()) nominal.overlap = named<OverlapPolicy>(row["overlap"]);
        waiting.push_back(nominal);
    }
    return waiting;
}

void buffer(pqxx::transaction_base& tx, const std::string& id, const std::vector<BufferedNominal>& nominals) {
    if (nominals.empty()) return;
    TextArray times;
    TextArray origins;
    TextArray policies;
    for (const BufferedNominal& nominal : nominals) {
        times.add(std::int64_t{nominal.nominal.time_since_epoch().count()});
        origins.add(name_of(nominal.origin));
        nominal.overlap ? policies.add(name_of(*nominal.overlap)) : policies.add_null();
    }
    tx.exec_params(std::string{sql::buffer_nominals}, id, times.literal(), origins.literal(),
                   policies.literal());
}

void unbuffer(pqxx::transaction_base& tx, const std::string& id,
              const std::vector<BufferedNominal>& nominals) {
    if (nominals.empty()) return;
    TextArray times;
    TextArray origins;
    for (const BufferedNominal& nominal : nominals) {
        times.add(std::int64_t{nominal.nominal.time_since_epoch().count()});
        origins.add(name_of(nominal.origin));
    }
    tx.exec_params(std::string{sql::unbuffer_nominals}, id, times.literal(), origins.literal());
}

void empty_buffer(pqxx::transaction_base& tx, const std::string& id) {
    unbuffer(tx, id, load_buffer(tx, id));
}

std::vector<WatchedRun> load_runs(pqxx::transaction_base& tx, const std::string& id) {
    std::vector<WatchedRun> runs;
    for (const auto& row : tx.exec_params(std::string{sql::schedule_runs}, id)) {
        runs.push_back({RunId{uuid_of(row["run_id"].c_str())},
                        WorkflowId{row["workflow_id"].as<std::string>()}, row["name_space"].as<std::string>(),
                        row["beside"].as<bool>(), row["open"].as<bool>(),
                        row["status"].is_null() ? "" : row["status"].as<std::string>(),
                        run_or_none(row["ended_run_id"])});
    }
    return runs;
}

void watch(pqxx::transaction_base& tx, const std::string& id, const std::vector<WatchedRun>& runs) {
    if (runs.empty()) return;
    TextArray run_ids;
    TextArray workflows;
    TextArray beside;
    for (const WatchedRun& run : runs) {
        run_ids.add(run.run.value);
        workflows.add(run.workflow.value);
        beside.add(run.beside);
    }
    // All of one turn are of one spec, and so of one namespace.
    tx.exec_params(std::string{sql::watch_schedule_runs}, id, run_ids.literal(), runs.front().name_space,
                   workflows.literal(), beside.literal());
}

void forget(pqxx::transaction_base& tx, const std::string& id, const std::vector<RunId>& runs) {
    if (runs.empty()) return;
    TextArray run_ids;
    for (const RunId run : runs) run_ids.add(run.value);
    tx.exec_params(std::string{sql::forget_schedule_runs}, id, run_ids.literal());
}

std::vector<ScheduleInfo> list_schedules(pqxx::transaction_base& tx, PayloadGate& gate) {
    std::vector<ScheduleInfo> schedules;
    const std::optional<std::string> all;
    for (const auto& row : tx.exec_params(std::string{sql::list_schedules}, or_null(all))) {
        schedules.push_back(info_of(row, gate));
    }
    return schedules;
}

std::optional<ScheduleInfo> find_schedule(pqxx::transaction_base& tx, PayloadGate& gate,
                                          const std::string& id) {
    const auto rows = tx.exec_params(std::string{sql::list_schedules}, id);
    if (rows.empty()) return std::nullopt;
    return info_of(rows[0], gate);
}

}  // namespace durable::store
