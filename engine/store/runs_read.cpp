// Looking at runs: describe, history, result, list, count.

#include <fmt/format.h>

#include "engine/store/field_values.hpp"
#include "engine/store/pause.hpp"
#include "engine/store/planned_work.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

std::optional<std::string> text_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return field.as<std::string>();
}

replay::RunStatus status_of(const pqxx::field& field) {
    const auto status = replay::run_status(field.c_str());
    if (!status)
        throw std::runtime_error(fmt::format("the database has a run of unknown status {}", field.c_str()));
    return *status;
}

HistoryRow history_row(const pqxx::row& row) {
    return {EventId{row[0].as<std::int32_t>()}, row[1].as<std::int32_t>(), bytes_of(row[2].c_str())};
}

RunInfo run_info(RunId run, const pqxx::row& row) {
    RunInfo info;
    info.run = run;
    info.chain = RunId{uuid_of(row["chain_id"].c_str())};
    if (!row["parent_run"].is_null()) info.parent = RunId{uuid_of(row["parent_run"].c_str())};
    info.name_space = row["name_space"].as<std::string>();
    info.workflow = WorkflowId{row["workflow_id"].as<std::string>()};
    info.type = row["type"].as<std::string>();
    info.tenant = Tenant{row["tenant"].as<std::string>()};
    info.queue = row["queue"].as<std::string>();
    info.status = status_of(row["status"]);
    info.started_at = moment(row["started_at"]);
    info.closed_at = moment_or_none(row["closed_at"]);
    info.activations = row["activations"].as<std::int32_t>();
    info.events = row["events"].as<std::int32_t>();
    info.owner = text_or_none(row["owner"]);
    info.wake_at = moment_or_none(row["wake_at"]);
    info.inbox_waiting = row["inbox_waiting"].as<std::int64_t>();
    info.cancel_requested = row["cancel_requested"].as<bool>();
    info.now = moment(row["now"]);
    info.for_build = text_or_none(row["for_build"]);
    info.pinned = row["pinned"].as<bool>();
    if (!row["blocked_kind"].is_null()) {
        info.blocked =
            RunInfo::BlockedInfo{row["blocked_kind"].as<std::string>(),
                                 row["blocked_reason"].as<std::string>(), moment(row["blocked_since"]),
                                 row["blocked_failures"].as<int>(), row["blocked_build"].as<std::string>()};
    }
    return info;
}

PendingActivityInfo activity_info(const pqxx::row& row) {
    PendingActivityInfo info;
    info.activity = EventId{row["activity"].as<std::int32_t>()};
    info.type = row["activity_type"].as<std::string>();
    info.state = row["activity_state"].as<std::string>();
    info.attempt = row["attempt"].as<int>();
    info.lost_attempts = row["lost_attempts"].as<int>();
    info.scheduled_at = moment(row["scheduled_at"]);
    info.available_at = moment_or_none(row["available_at"]);
    info.worker = text_or_none(row["activity_worker"]);
    info.paused_at = moment_or_none(row["paused_at"]);
    info.paused_by = text_or_none(row["paused_by"]).value_or("");
    info.pause_reason = text_or_none(row["pause_reason"]).value_or("");
    if (!row["last_failure"].is_null()) {
        const auto event = history::decode_event(bytes_of(row["last_failure"].c_str()));
        if (const auto* failed = std::get_if<history::ActivityFailed>(&event))
            info.last_failure = failed->failure;
    }
    return info;
}

std::vector<WaitingOrder> waiting_orders(pqxx::transaction_base& tx, RunId run) {
    std::vector<WaitingOrder> orders;
    for (const auto& row : tx.exec_params(std::string{sql::orders_of_run}, run.value.to_string())) {
        orders.push_back({EventId{row["activity"].as<std::int32_t>()},
                          text_or_none(row["paused_by"]).value_or(""), row["restart"].as<bool>(),
                          row["changed"].as<bool>()});
    }
    return orders;
}

std::vector<OpenChild> open_children(pqxx::transaction_base& tx, RunId run) {
    std::vector<OpenChild> children;
    for (const auto& row : tx.exec_params(std::string{sql::open_children}, run.value.to_string())) {
        children.push_back({RunId{uuid_of(row[0].c_str())}, RunId{uuid_of(row[1].c_str())},
                            EventId{row[2].as<std::int32_t>()}, WorkflowId{row[3].as<std::string>()},
                            row[4].as<std::string>()});
    }
    return children;
}

/// From activation 0; nothing special if that has been removed.
LifecycleInfo lifecycle(pqxx::transaction_base& tx, RunId run) {
    LifecycleInfo info;
    const auto rows = tx.exec_params(std::string{sql::first_activation}, run.value.to_string());
    if (rows.empty()) return info;
    const auto first = history::decode_activation(EventId{1}, bytes_of(rows[0][0].c_str()));
    const auto& started = std::get<history::WorkflowStarted>(first.arrived.front());
    info.attempt = started.attempt;
    info.retry = started.retry;
    info.run_deadline = started.run_deadline;
    info.execution_deadline = started.execution_deadline;
    info.forked = started.forked;
    if (!started.forked) return info;
    if (started.forked->run_deadline) info.run_deadline = started.forked->run_deadline;
    if (started.forked->execution_deadline) info.execution_deadline = started.forked->execution_deadline;
    return info;
}

std::optional<std::string> microseconds(const std::optional<Timestamp>& time) {
    if (!time) return std::nullopt;
    return std::to_string(time->time_since_epoch().count());
}

/// A filter's parameters as the texts that both statements take.
struct FilterTexts {
    explicit FilterTexts(const ListFilter& filter)
        : after(microseconds(filter.started_after)), until(microseconds(filter.started_before)) {
        if (filter.tenant) tenant = filter.tenant->value;
        if (filter.status) status = std::string{replay::to_string(*filter.status)};
        if (filter.blocked) blocked = *filter.blocked ? "t" : "f";
        if (filter.before) before = filter.before->value.to_string();
        const bool running = filter.status == replay::RunStatus::running;
        open_only = running || filter.blocked == true ? "t" : "f";
    }
    std::optional<std::string> tenant, status, blocked, before, after, until;
    std::string open_only;
};

}  // namespace

std::optional<RunId> resolve(pqxx::transaction_base& tx, const RunRef& ref) {
    if (ref.run) {
        const auto known = durable::exec(tx, sql::known_run, ref.run->value.to_string());
        if (known.empty()) return std::nullopt;
        return ref.run;
    }
    const auto found = durable::exec(tx, sql::find_run, ref.name_space, ref.workflow.value);
    if (found.empty()) return std::nullopt;
    return RunId{uuid_of(found[0][0].c_str())};
}

std::optional<std::string> queue_of(pqxx::transaction_base& tx, const RunRef& ref) {
    const auto run = resolve(tx, ref);
    if (!run) return std::nullopt;
    const auto found = tx.exec_params(std::string{sql::queue_of_chain}, run->value.to_string());
    if (found.empty()) return std::nullopt;
    return found[0][0].as<std::string>();
}

std::optional<RunInfo> describe(pqxx::transaction_base& tx, const RunRef& ref) {
    const auto run = resolve(tx, ref);
    if (!run) return std::nullopt;
    const auto rows = tx.exec_params(std::string{sql::describe_run}, run->value.to_string());
    if (rows.empty()) return std::nullopt;
    RunInfo info = run_info(*run, rows[0]);
    for (const auto& row : rows) {
        if (!row["activity"].is_null()) info.activities.push_back(activity_info(row));
    }
    info.orders = waiting_orders(tx, *run);
    info.children = open_children(tx, *run);
    info.paused = paused(tx, *run);
    info.lifecycle = lifecycle(tx, *run);
    const bool may_go_on =
        info.status != replay::RunStatus::running && info.status != replay::RunStatus::completed;
    if (may_go_on) info.continued_as = newest_of_chain(tx, *run);
    if (info.continued_as == *run) info.continued_as.reset();
    return info;
}

std::optional<RunId> newest_of_chain(pqxx::transaction_base& tx, RunId run) {
    const auto found = tx.exec_params(std::string{sql::newest_of_chain}, run.value.to_string());
    if (found.empty()) return std::nullopt;
    return RunId{uuid_of(found[0][0].c_str())};
}

std::vector<PublishedState> published(pqxx::transaction_base& tx, RunId run,
                                      const std::optional<std::string>& key) {
    std::vector<PublishedState> states;
    for (const auto& row :
         tx.exec_params(std::string{sql::published_state}, run.value.to_string(), or_null(key))) {
        states.push_back({row[0].as<std::string>(), Payload{row[1].as<std::string>()},
                          RunId{uuid_of(row[2].c_str())}, moment(row[3])});
    }
    return states;
}

std::vector<HistoryRow> load_history(pqxx::transaction_base& tx, RunId run, EventId from) {
    std::vector<HistoryRow> history;
    for (const auto& row :
         tx.exec_params(std::string{sql::load_history}, run.value.to_string(), from.value)) {
        history.push_back(history_row(row));
    }
    return history;
}

std::optional<Closed> closed(pqxx::transaction_base& tx, RunId run) {
    const auto ended = durable::exec(tx, sql::closed_run, run.value.to_string());
    if (ended.empty()) return std::nullopt;
    if (ended[0]["status"].is_null()) return Closed{};
    Closed result{status_of(ended[0]["status"]), std::nullopt};
    if (!ended[0][0].is_null()) result.last = history_row(ended[0]);
    return result;
}

std::vector<ListedRun> list(pqxx::transaction_base& tx, const ListFilter& filter) {
    if (filter.limit < 1 || filter.limit > 1000) throw std::invalid_argument("a page has 1 to 1000 runs");
    const FilterTexts t{filter};
    const auto rows = tx.exec_params(std::string{sql::list_runs}, filter.name_space, or_null(t.tenant),
                                     or_null(filter.type), or_null(filter.workflow_id_prefix),
                                     or_null(t.status), or_null(t.blocked), t.open_only, or_null(t.before),
                                     or_null(t.after), or_null(t.until), filter.limit);
    std::vector<ListedRun> runs;
    for (const auto& row : rows) {
        runs.push_back(
            {RunId{uuid_of(row["run_id"].c_str())}, WorkflowId{row["workflow_id"].as<std::string>()},
             row["type"].as<std::string>(), Tenant{row["tenant"].as<std::string>()}, status_of(row["status"]),
             row["blocked"].as<bool>(), moment(row["started_at"]), moment_or_none(row["closed_at"])});
    }
    return runs;
}

Counts count(pqxx::transaction_base& tx, const ListFilter& filter) {
    const FilterTexts t{filter};
    const auto rows = tx.exec_params(std::string{sql::count_runs}, filter.name_space, or_null(t.tenant),
                                     or_null(filter.type), or_null(filter.workflow_id_prefix),
                                     or_null(t.status), or_null(t.blocked), t.open_only, or_null(t.before),
                                     or_null(t.after), or_null(t.until));
    Counts counts;
    for (const auto& row : rows) {
        counts.by_status.emplace_back(status_of(row["status"]), row["runs"].as<std::int64_t>());
        counts.blocked += row["blocked"].as<std::int64_t>();
    }
    return counts;
}

}  // namespace durable::store
