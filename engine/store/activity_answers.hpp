#pragma once
// Answering for an activity from outside the worker that began it: by the token which its attempt has given
// out. Each verb works inside the caller's transaction; nothing here commits, notifies or retries.
//
// Sent twice, an answer counts once: the second time it is `repeated`. A token whose attempt is over (timed
// out, reset, lost with its worker) is `stale`, and changes nothing, whatever became of the activity.
//
// `gate` seals what goes into rows and opens what is compared with it; null: payloads as they are.
//
// Lock order: live_runs -> activities -> inbox. Not thread-safe beyond the transaction given.

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "engine/store/completion_token.hpp"
#include "engine/store/payload_gate.hpp"
#include "engine/workflow/failure.hpp"
#include "engine/workflow/payload.hpp"

namespace durable::store {

enum class AnswerOutcome : std::uint8_t {
    accepted,
    repeated,   ///< the same answer had been accepted before
    stale,      ///< the token's attempt is over
    ended,      ///< the activity has ended in another way
    closed,     ///< its run has ended
    not_found,  ///< there is no such activity
};

struct Answer {
    AnswerOutcome outcome = AnswerOutcome::not_found;
    std::string problem{};         ///< one sentence, when it is neither accepted nor repeated
    std::string run_queue{};       ///< whom to tell, when it was accepted
    std::string activity_queue{};  ///< where an attempt may still run, or is to be run again

    /// The answer stands.
    [[nodiscard]] bool good() const {
        return outcome == AnswerOutcome::accepted || outcome == AnswerOutcome::repeated;
    }
};

/// Ends the activity with this result.
Answer complete_activity(pqxx::transaction_base& tx, const CompletionToken& token, const Payload& result,
                         PayloadGate* gate = nullptr);
/// The attempt has failed: what follows is decided as for any attempt, by `failure.retryable`,
/// `failure.next_delay` and the activity's retry policy.
Answer fail_activity(pqxx::transaction_base& tx, const CompletionToken& token, const Failure& failure,
                     PayloadGate* gate = nullptr);

/// What a sign of life is answered with.
struct TokenBeat {
    Answer answer;
    bool cancel_requested = false;  ///< the workflow asks it to stop: fail it with a Canceled failure
    bool paused = false;            ///< there will be no next attempt until an operator says so
    bool reset = false;             ///< an operator wants it begun anew
};
/// Puts the heartbeat time-out off; the details, if given, are the next attempt's.
TokenBeat heartbeat_activity(pqxx::transaction_base& tx, const CompletionToken& token,
                             const std::optional<Payload>& details, PayloadGate* gate = nullptr);

}  // namespace durable::store
