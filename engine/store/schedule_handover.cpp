#include "engine/store/schedule_handover.hpp"

#include <array>

#include "engine/payloads/wire.hpp"
#include "engine/replay/payload_fields.hpp"
#include "engine/store/payload_rows.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// The event that ended a run. None: the run is gone, is somebody else's, or was recorded by a newer build.
std::optional<history::Event> end_of(pqxx::transaction_base& tx, RunId run, const ScheduledWorkflow& to) {
    const auto rows = tx.exec_params(std::string{sql::end_of_scheduled_run}, run.value.to_string(),
                                     to.name_space, to.type, to.tenant.value);
    if (rows.empty()) return std::nullopt;
    try {
        auto last =
            history::decode_activation(EventId{rows[0][0].as<std::int32_t>()}, bytes_of(rows[0][1].c_str()));
        auto& events = last.commands.empty() ? last.arrived : last.commands;
        if (events.empty()) return std::nullopt;
        return std::move(events.back());
    } catch (const DecodeError&) {
        return std::nullopt;
    }
}

/// Whether somebody will be able to open it, and it is of the same person; `digests` gets where its bytes
/// are.
bool is_there(pqxx::transaction_base& tx, const Payload& payload, const std::string& subject,
              std::vector<std::string>& digests) {
    if (!payloads::begins_wrapped(payload.json)) return true;
    if (payloads::tombstone_word(payload.json)) return false;
    const auto wrapped = payloads::parse(payload.json).wrapped;
    if (!wrapped) return true;  // a user's value that looks like one
    if (wrapped->key) {
        const auto key = find_payload_key(tx, *wrapped->key);
        if (!key || !key->wrapped || key->subject != subject) return false;
    }
    if (!wrapped->digest) return true;
    if (!touch_payload(tx, *wrapped->digest)) return false;
    digests.push_back(*wrapped->digest);
    return true;
}

/// Details that nobody can open are left out; what went wrong is still told.
Failure told(pqxx::transaction_base& tx, Failure failure, const std::string& subject,
             std::vector<std::string>& digests) {
    history::Event event = history::WorkflowFailed{.failure = std::move(failure)};
    history::for_each_payload(event, [&](Payload& payload) {
        if (!is_there(tx, payload, subject, digests)) payload = Payload{};
    });
    return std::get<history::WorkflowFailed>(std::move(event)).failure;
}

std::optional<Failure> failure_of(const history::Event& end) {
    if (const auto* failed = std::get_if<history::WorkflowFailed>(&end)) return failed->failure;
    if (const auto* late = std::get_if<history::WorkflowTimedOut>(&end)) {
        return Failure{.kind = FailureKind::timed_out, .message = late->reason, .retryable = false};
    }
    return std::nullopt;
}

}  // namespace

Handover hand_over(pqxx::transaction_base& tx, const ScheduleEnds& ends, const ScheduledWorkflow& to) {
    Handover handover;
    if (ends.completed) {
        const auto end = end_of(tx, *ends.completed, to);
        const auto* completed = end ? std::get_if<history::WorkflowCompleted>(&*end) : nullptr;
        if (completed != nullptr && is_there(tx, completed->result, to.subject, handover.digests)) {
            handover.result = completed->result;
        }
    }
    if (ends.failed) {
        const auto end = end_of(tx, *ends.failed, to);
        if (end) handover.failure = failure_of(*end);
        if (handover.failure)
            handover.failure = told(tx, *std::move(handover.failure), to.subject, handover.digests);
    }
    return handover;
}

void take_over(pqxx::transaction_base& tx, const Handover& handover, RunId run) {
    for (const std::string& digest : handover.digests) use_payload(tx, run, digest);
}

}  // namespace durable::store
