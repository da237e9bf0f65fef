#include "engine/store/activity_place.hpp"

#include "engine/store/field_values.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// The result that this event is for the activity, if it is one.
bool settles(const history::Event& event, EventId activity) {
    if (const auto* done = std::get_if<history::ActivityCompleted>(&event))
        return done->scheduled == activity;
    if (const auto* failed = std::get_if<history::ActivityFailed>(&event))
        return failed->scheduled == activity;
    return false;
}

void look_into(ActivityRecord& record, const history::Activation& activation, EventId activity) {
    for (const history::Event& event : activation.arrived) {
        if (settles(event, activity)) record.outcome = event;
    }
    const auto place =
        activity.value - activation.first_event.value - static_cast<std::int32_t>(activation.arrived.size());
    if (place < 0 || place >= static_cast<std::int32_t>(activation.commands.size())) return;
    const auto* scheduled =
        std::get_if<history::ActivityScheduled>(&activation.commands[static_cast<std::size_t>(place)]);
    if (scheduled == nullptr) return;
    record.scheduled = *scheduled;
    record.scheduled_at = activation.time;
}

/// As the rows have it.
ActivityRecord stored_record(pqxx::transaction_base& tx, RunId run, RunId chain, EventId activity) {
    ActivityRecord record;
    for (const auto& row :
         tx.exec_params(std::string{sql::history_around}, run.value.to_string(), activity.value)) {
        look_into(record,
                  history::decode_activation(EventId{row[0].as<std::int32_t>()}, bytes_of(row[2].c_str())),
                  activity);
    }
    if (record.outcome) return record;
    for (const auto& row :
         tx.exec_params(std::string{sql::messages_for_run}, chain.value.to_string(), run.value.to_string())) {
        const history::Event event = history::decode_event(bytes_of(row[0].c_str()));
        if (settles(event, activity) && !record.outcome) record.outcome = event;
    }
    return record;
}

}  // namespace

std::optional<std::string> limit_text(Duration limit) {
    if (limit <= Duration::zero()) return std::nullopt;
    return std::to_string(limit.count());
}

std::optional<HeldLiveRun> hold_live_run(pqxx::transaction_base& tx, RunId run) {
    const auto rows = tx.exec_params(std::string{sql::lock_live_run}, run.value.to_string());
    if (rows.empty()) return std::nullopt;
    HeldLiveRun live{run, RunId{uuid_of(rows[0][0].c_str())}, moment(rows[0][1]), {}};
    live.queue = queue_of(tx, RunRef{{}, run, {}}).value_or("");
    return live;
}

std::optional<HeldActivity> hold_activity(pqxx::transaction_base& tx, RunId run, EventId activity) {
    const auto rows = tx.exec_params(std::string{sql::lock_activity}, run.value.to_string(), activity.value);
    if (rows.empty()) return std::nullopt;
    const pqxx::row row = rows[0];
    HeldActivity held;
    if (!row["owner"].is_null()) held.owner = row["owner"].as<std::int32_t>();
    held.fence = {row["epoch"].as<std::int32_t>(), row["token"].as<std::int64_t>()};
    held.attempt = row["attempt"].as<int>();
    held.lost_attempts = row["lost_attempts"].as<int>();
    held.cancel_requested = row["cancel_requested"].as<bool>();
    held.awaiting = row["awaiting"].as<bool>();
    held.paused = row["paused"].as<bool>();
    held.paused_by = row["paused_by"].is_null() ? "" : row["paused_by"].c_str();
    held.after_attempt = row["after_attempt"].is_null() ? "" : row["after_attempt"].c_str();
    held.queue = row["queue"].c_str();
    held.task = std::get<history::ActivityScheduled>(history::decode_event(bytes_of(row["task"].c_str())));
    held.scheduled_at = moment(row["scheduled_at"]);
    if (!row["close_by"].is_null()) held.close_by = moment(row["close_by"]);
    held.now = moment(row["now"]);
    return held;
}

ActivityRecord activity_record(pqxx::transaction_base& tx, RunId run, RunId chain, EventId activity,
                               PayloadGate* gate) {
    ActivityRecord record = stored_record(tx, run, chain, activity);
    if (gate == nullptr || !record.outcome) return record;
    std::string bytes = history::encode_event(*record.outcome);
    gate->open_event(bytes);
    record.outcome = history::decode_event(bytes);
    return record;
}

void settle_activity(pqxx::transaction_base& tx, const HeldLiveRun& live, EventId activity,
                     const history::Event& outcome, PayloadGate* gate) {
    const std::string run = live.run.value.to_string();
    tx.exec_params(std::string{sql::drop_activity}, run, activity.value);
    tx.exec_params(std::string{sql::put_message}, run, bytea_text(sealed_event(tx, live.run, outcome, gate)));
}

std::string sealed_event(pqxx::transaction_base& tx, RunId run, const history::Event& event,
                         PayloadGate* gate) {
    std::string bytes = history::encode_event(event);
    if (gate == nullptr || gate->passes(bytes)) return bytes;
    const auto scope = payload_scope(tx, run);
    return scope ? gate->seal_event(std::move(bytes), *scope, &tx) : bytes;
}

Payload sealed(pqxx::transaction_base& tx, RunId run, const Payload& payload, PayloadGate* gate) {
    if (gate == nullptr || gate->passes(payload.json)) return payload;
    const auto scope = payload_scope(tx, run);
    return scope ? Payload{gate->seal_value(payload.json, *scope, &tx)} : payload;
}

}  // namespace durable::store
