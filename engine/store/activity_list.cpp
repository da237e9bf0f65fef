#include "engine/store/activity_list.hpp"

#include <stdexcept>

#include "engine/store/field_values.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

std::optional<std::string> text_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return field.as<std::string>();
}

std::optional<Failure> failure_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    const history::Event event = history::decode_event(bytes_of(field.c_str()));
    const auto* failed = std::get_if<history::ActivityFailed>(&event);
    return failed == nullptr ? std::nullopt : std::optional{failed->failure};
}

PendingActivity pending(const pqxx::row& row) {
    PendingActivity found;
    found.run = RunId{uuid_of(row["run_id"].c_str())};
    found.activity = EventId{row["activity"].as<std::int32_t>()};
    found.workflow = WorkflowId{row["workflow_id"].as<std::string>()};
    found.type = row["type"].as<std::string>();
    found.queue = row["queue"].as<std::string>();
    found.tenant = Tenant{row["tenant"].as<std::string>()};
    found.state = row["state"].as<std::string>();
    found.attempt = row["attempt"].as<int>();
    found.lost_attempts = row["lost_attempts"].as<int>();
    found.priority = row["priority"].as<int>();
    found.limit_key = text_or_none(row["limit_key"]);
    found.cancel_requested = row["cancel_requested"].as<bool>();
    found.worker = text_or_none(row["worker"]);
    found.paused_by = text_or_none(row["paused_by"]);
    found.pause_reason = text_or_none(row["pause_reason"]);
    found.paused_at = moment_or_none(row["paused_at"]);
    found.scheduled_at = moment(row["scheduled_at"]);
    found.available_at = moment_or_none(row["available_at"]);
    found.times_out_at = moment_or_none(row["times_out_at"]);
    found.task = std::get<history::ActivityScheduled>(history::decode_event(bytes_of(row["task"].c_str())));
    found.last_failure = failure_or_none(row["last_failure"]);
    if (const auto details = text_or_none(row["heartbeat_details"]))
        found.heartbeat_details = Payload{*details};
    found.now = moment(row["now"]);
    return found;
}

void open(PendingActivity& activity, PayloadGate& gate) {
    gate.open_value(activity.task.input.json);
    if (activity.heartbeat_details) gate.open_value(activity.heartbeat_details->json);
    if (!activity.last_failure) return;
    std::string bytes =
        history::encode_event(history::ActivityFailed{activity.activity, *activity.last_failure});
    gate.open_event(bytes);
    const history::Event opened = history::decode_event(bytes);
    activity.last_failure = std::get<history::ActivityFailed>(opened).failure;
}

}  // namespace

std::vector<PendingActivity> list_activities(pqxx::transaction_base& tx, const ActivityFilter& filter,
                                             PayloadGate* gate) {
    constexpr std::int32_t page_max = 10'000;
    if (filter.limit < 1 || filter.limit > page_max)
        throw std::invalid_argument("a page has 1 to 10000 activities");
    std::optional<std::string> tenant, run;
    if (filter.tenant) tenant = filter.tenant->value;
    if (filter.run) run = filter.run->value.to_string();
    std::vector<PendingActivity> found;
    for (const auto& row :
         tx.exec_params(std::string{sql::list_pending_activities}, or_null(filter.name_space),
                        or_null(filter.type), or_null(filter.queue), or_null(filter.state),
                        or_null(filter.workflow_id_prefix), or_null(tenant), filter.limit, or_null(run))) {
        found.push_back(pending(row));
        if (gate != nullptr) open(found.back(), *gate);
    }
    return found;
}

std::vector<UnknownOutcome> unknown_outcomes(pqxx::transaction_base& tx, Timestamp since,
                                             std::int32_t limit) {
    std::vector<UnknownOutcome> found;
    for (const auto& row :
         tx.exec_params(std::string{sql::unknown_outcomes}, since.time_since_epoch().count(), limit)) {
        found.push_back({RunId{uuid_of(row["run_id"].c_str())}, EventId{row["activity"].as<std::int32_t>()},
                         WorkflowId{row["workflow_id"].as<std::string>()},
                         Tenant{row["tenant"].as<std::string>()}, row["type"].as<std::string>(),
                         row["attempts"].as<int>(), row["message"].as<std::string>(), moment(row["at"])});
    }
    return found;
}

}  // namespace durable::store
