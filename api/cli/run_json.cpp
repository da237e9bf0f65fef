#include "api/cli/run_json.hpp"

#include <fmt/format.h>

#include "engine/client/human_time.hpp"

namespace callflex::cli {

using durable::replay::RunStatus;

std::string json_time(durable::Timestamp time) {
    std::string text = durable::client::iso_time(time);
    const auto micros = time.time_since_epoch().count() % 1000;
    text.pop_back();
    return text + fmt::format("{:03}Z", micros < 0 ? micros + 1000 : micros);
}

Json to_json(const durable::Payload& payload) {
    Json value = Json::parse(payload.json, nullptr, false);
    return value.is_discarded() ? Json(payload.json) : value;
}

Json to_json(const durable::store::ListedRun& run) {
    Json json{{"run_id", run.run.value.to_string()},
              {"workflow_id", run.workflow.value},
              {"type", run.type},
              {"tenant", run.tenant.value},
              {"status", durable::replay::to_string(run.status)},
              {"blocked", run.blocked},
              {"started_at", json_time(run.started_at)}};
    if (run.closed_at) json["closed_at"] = json_time(*run.closed_at);
    return json;
}

Json to_json(const durable::Failure& failure) {
    static constexpr std::array kinds{"application", "activity", "timed_out",
                                      "canceled",    "child",    "terminated"};
    static constexpr std::array retry_states{
        "none",          "non_retryable",    "timeout",        "maximum_attempts",
        "lost_attempts", "cancel_requested", "outcome_unknown"};
    Json json{{"kind", kinds.at(static_cast<std::size_t>(failure.kind))}, {"message", failure.message}};
    if (!failure.type.empty()) json["type"] = failure.type;
    if (!failure.details.is_null()) json["details"] = to_json(failure.details);
    if (!failure.activity.empty()) {
        json["activity"] = failure.activity;
        json["activity_id"] = failure.activity_id.value;
        json["attempts"] = failure.attempts;
        json["retry_state"] = retry_states.at(static_cast<std::size_t>(failure.retry_state));
    }
    json["text"] = failure.to_string();
    if (failure.cause) json["cause"] = to_json(*failure.cause);
    return json;
}

namespace {

Json to_json(const durable::store::PendingActivityInfo& activity) {
    Json json{{"activity_id", activity.activity.value},
              {"type", activity.type},
              {"state", activity.state},
              {"attempt", activity.attempt},
              {"lost_attempts", activity.lost_attempts},
              {"scheduled_at", json_time(activity.scheduled_at)}};
    if (activity.available_at) json["available_at"] = json_time(*activity.available_at);
    if (activity.worker) json["worker"] = *activity.worker;
    if (activity.paused_at) {
        json["paused"] = {{"at", json_time(*activity.paused_at)},
                          {"by", activity.paused_by},
                          {"reason", activity.pause_reason}};
    }
    if (activity.last_failure) json["last_failure"] = cli::to_json(*activity.last_failure);
    return json;
}

void add_lifecycle(Json& json, const durable::store::RunInfo& info) {
    const auto& life = info.lifecycle;
    if (info.paused) {
        json["paused"] = {{"since", json_time(info.paused->since)},
                          {"by", info.paused->identity},
                          {"reason", info.paused->reason}};
    }
    json["attempt"] = life.attempt;
    if (life.run_deadline) json["run_deadline"] = json_time(*life.run_deadline);
    if (life.execution_deadline) json["execution_deadline"] = json_time(*life.execution_deadline);
    if (!life.forked) return;
    json["forked_from"] = {{"run_id", life.forked->base.value.to_string()},
                           {"after", life.forked->after.value},
                           {"reset", life.forked->reset},
                           {"reason", life.forked->reason}};
}

}  // namespace

Json to_json(const durable::store::RunInfo& info) {
    Json json{{"run_id", info.run.value.to_string()},
              {"chain_id", info.chain.value.to_string()},
              {"namespace", info.name_space},
              {"workflow_id", info.workflow.value},
              {"type", info.type},
              {"tenant", info.tenant.value},
              {"queue", info.queue},
              {"status", durable::replay::to_string(info.status)},
              {"started_at", json_time(info.started_at)},
              {"activations", info.activations},
              {"events", info.events},
              {"inbox_waiting", info.inbox_waiting},
              {"cancel_requested", info.cancel_requested},
              {"blocked", info.blocked.has_value()}};
    if (info.parent) json["parent_run_id"] = info.parent->value.to_string();
    if (info.continued_as) json["continued_as"] = info.continued_as->value.to_string();
    if (info.closed_at) json["closed_at"] = json_time(*info.closed_at);
    if (info.owner) json["owner"] = *info.owner;
    if (info.for_build) json["for_build"] = *info.for_build;
    if (info.pinned) json["pinned"] = true;
    if (info.wake_at) json["wake_at"] = json_time(*info.wake_at);
    if (info.blocked) {
        json["blocked_by"] = {{"kind", info.blocked->kind},
                              {"reason", info.blocked->reason},
                              {"since", json_time(info.blocked->since)},
                              {"failures", info.blocked->failures},
                              {"build", info.blocked->build}};
    }
    add_lifecycle(json, info);
    json["activities"] = Json::array();
    for (const auto& activity : info.activities) json["activities"].push_back(to_json(activity));
    json["children"] = Json::array();
    for (const auto& child : info.children) {
        json["children"].push_back({{"workflow_id", child.workflow.value},
                                    {"chain_id", child.chain.value.to_string()},
                                    {"initiated", child.initiated.value},
                                    {"parent_close", child.parent_close}});
    }
    json["now"] = json_time(info.now);
    return json;
}

Json to_json(const durable::replay::Mismatch& mismatch) {
    return {{"event", mismatch.event.value},
            {"recorded", mismatch.recorded},
            {"found", mismatch.found},
            {"source", mismatch.source},
            {"recorded_build", mismatch.recorded_build}};
}

Json fields_of(const durable::history::Event& event) {
    Json fields = Json::parse(durable::history::encode_event(event), nullptr, false);
    fields.erase("k");
    return fields;
}

Color status_color(RunStatus status, bool blocked) {
    if (blocked) return Color::yellow;
    switch (status) {
        case RunStatus::running:
        case RunStatus::continued_as_new:
            return Color::cyan;
        case RunStatus::completed:
            return Color::green;
        case RunStatus::canceled:
            return Color::yellow;
        case RunStatus::failed:
        case RunStatus::timed_out:
        case RunStatus::terminated:
            return Color::red;
    }
    return Color::plain;
}

std::string status_text(RunStatus status, bool blocked) {
    const std::string text{durable::replay::to_string(status)};
    return blocked ? text + " (blocked)" : text;
}

}  // namespace callflex::cli
