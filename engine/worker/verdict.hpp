#pragma once
// What becomes of an activity after an attempt: its final event, or a row for the attempt to come. Pure.

#include <optional>
#include <string>
#include <variant>

#include "engine/worker/attempt.hpp"

namespace durable::worker {

/// The activity as it stood when the attempt was given to a runner.
struct ActivityFacts {
    RunId run;
    EventId activity;
    Tenant tenant;
    std::string queue;  ///< where a row would go
    std::shared_ptr<const history::ActivityScheduled> task;
    int attempt = 1;
    int lost_attempts = 0;
    Timestamp scheduled_at;
    std::optional<Timestamp> close_by;
    std::optional<Failure> last_failure;
    Payload heartbeat_details;
    bool cancel_requested = false;
    std::string subject{};  ///< the run's: whose key seals what is kept of it
};

[[nodiscard]] ActivityFacts facts_of(const Attempt& attempt, const std::string& queue);

using Verdict = std::variant<history::Event, store::ActivityRow>;

/// `outcome` is none of the transactional ones (recorded, lost). `now`: database time, the latest known.
[[nodiscard]] Verdict judge(const ActivityFacts& facts, AttemptOutcome outcome, Timestamp now);

/// An operator has ordered something for the activity: a failure becomes another attempt, now.
[[nodiscard]] Verdict not_final(const ActivityFacts& facts, Verdict verdict, Timestamp now);

/// The row for an activity whose next attempt may start at `available_at`.
[[nodiscard]] store::ActivityRow row_of(const ActivityFacts& facts, Timestamp available_at);

/// The final failure when there will be no further attempt.
[[nodiscard]] history::ActivityFailed gave_up(const ActivityFacts& facts, RetryState why,
                                              const Failure& cause);

/// schedule-to-close as an instant.
[[nodiscard]] std::optional<Timestamp> close_deadline(const ActivityOptions& options, Timestamp scheduled_at);

/// Failures as the rows keep them.
[[nodiscard]] std::string encode_failure(const Failure& failure);
[[nodiscard]] std::optional<Failure> decode_failure(const std::optional<std::string>& bytes);

/// How long after an attempt was broken off what it had sent may still be under way.
inline constexpr std::chrono::milliseconds settling{1000};

/// When an activity may be tried again whose last attempt was broken off, or whose worker died. At-most-once
/// ones wait a moment: what was already under way must have arrived before the reconcile hook looks for it.
[[nodiscard]] Timestamp available_after_interruption(const history::ActivityScheduled& task, Timestamp now);

/// How often a reconcile hook is asked when schedule-to-close gives no limit.
inline constexpr int reconcile_limit = 20;

}  // namespace durable::worker
