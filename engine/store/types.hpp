#pragma once
// What goes into and comes out of the store, as values. The store speaks rows and fences; it neither replays
// nor decides. Everything here may be copied between threads.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/replay/execution.hpp"
#include "engine/replay/history.hpp"
#include "engine/workflow/ids.hpp"
#include "engine/workflow/time.hpp"

namespace durable::store {

/// A worker process, numbered by the database at registration; never reused.
using WorkerNo = StrongId<struct WorkerNoTag, std::int32_t>;

/// Proof of being the current holder of a run (or of an activity row): the epoch only grows, the token is
/// random for each claiming batch (it is that batch's id as well). Every write of a holder carries both.
struct Fence {
    std::int32_t epoch = 0;
    std::int64_t token = 0;
    auto operator<=>(const Fence&) const = default;
};

/// One history row: an encoded activation.
struct HistoryRow {
    EventId first_event;
    std::int32_t events = 0;
    std::string bytes;
};

/// A message that waits in a run's inbox: an encoded history event (SignalReceived, ActivityCompleted,
/// ActivityFailed, CancelRequested).
struct InboxMessage {
    std::int64_t sequence = 0;  ///< gapless in the chain, in order of commit
    std::string event;
};

/// A run just claimed.
struct ClaimedRun {
    RunId run;
    RunId chain;  ///< first run of the continue-as-new chain; its inbox's key
    Tenant tenant;
    Fence fence;
    std::int32_t activations = 0;  ///< committed so far, activation 0 included
    EventId next_event;
    std::int64_t inbox_head = 0;  ///< consumed up to here
    std::int64_t inbox_tail = 0;  ///< newest message
    /// Its previous owner died, or its last activation was blocked: activities that were started eagerly must be
    /// given rows.
    bool adopt = false;
    std::int32_t failures = 0;        ///< consecutive blocked activations
    std::optional<HistoryRow> start;  ///< activation 0, when it is the only one
};

/// An activity that needs a row: it leaves the worker (no free slot, other queue, a retry that waits,
/// adoption).
struct ActivityRow {
    RunId run;
    EventId activity;
    Tenant tenant;
    std::string queue;
    std::string type;
    std::int32_t attempt = 1;  ///< the attempt that will run next
    std::int32_t lost_attempts = 0;
    Timestamp scheduled_at;
    Timestamp available_at;                         ///< may be picked up then
    std::optional<Timestamp> schedule_to_start_by;  ///< else it times out
    std::optional<Timestamp> close_by;              ///< schedule-to-close
    std::string task;                               ///< encoded history::ActivityScheduled: input and options
    std::optional<std::string>
        last_failure;  ///< encoded Failure, for people and for the final ActivityFailed
    std::optional<std::string> heartbeat_details;  ///< JSON, for the next attempt
};

/// What becomes of one claimed run at the end of its turn in a batch.
struct RunCommit {
    RunId run;
    RunId chain;
    Fence fence;
    std::int32_t activations_before = 0;   ///< must equal the row's: compare-and-set
    std::optional<HistoryRow> activation;  ///< none: only release, adopt or block
    std::int64_t inbox_head = 0;           ///< messages up to here are consumed: deleted
    enum class Next : std::uint8_t {
        keep,     ///< stays with this worker
        release,  ///< anybody may claim it at wake_at (none: when a message arrives)
        close,    ///< it has ended with `status`; refused (lost) if a message beyond inbox_head has arrived
        block,  ///< the activation failed: `blocked_reason`; nothing is recorded; claimable again at wake_at
    };
    Next next = Next::keep;
    std::optional<Timestamp> wake_at;
    replay::RunStatus status = replay::RunStatus::running;
    std::string blocked_kind;
    std::string blocked_reason;
    bool was_blocked = false;                 ///< the commit clears its mark
    std::vector<ActivityRow> activities;      ///< new rows
    std::vector<EventId> cancel_activities;   ///< rows asked to stop
    std::vector<EventId> settled_activities;  ///< rows that no longer matter: deleted
};

struct ClaimRequest {
    std::string queue = "default";
    std::int32_t limit = 0;  ///< 0: claim nothing
};

/// One round trip, one transaction, one commit: a pipeline of set-based statements.
struct Batch {
    WorkerNo worker;
    std::vector<RunCommit> commits;
    ClaimRequest claim;
};

struct BatchResult {
    Timestamp now;  ///< database time of the commit
    std::vector<RunId> committed;
    std::vector<RunId> lost;  ///< fence gone: drop all memory of the run
    std::vector<RunId>
        message_first;  ///< close refused, a message had got in first: still ours; take the messages too
    struct Rejected {
        RunId run;
        std::string reason;
    };
    std::vector<Rejected>
        rejected;  ///< the database refused this run's data (found by bisection): still ours
    std::vector<ClaimedRun> claimed;
};

/// An activity row just claimed.
struct ClaimedActivity {
    ActivityRow row;
    Fence fence;
    WorkflowId workflow;
    bool cancel_requested = false;
};

/// How a claimed activity row ends. Fenced; all of a batch in one statement; losers are returned.
struct ActivityEnd {
    RunId run;
    EventId activity;
    Fence fence;
    /// Either the final result: an encoded ActivityCompleted / ActivityFailed for the run's inbox...
    std::optional<std::string> result;
    /// ...or another attempt of the same row.
    std::optional<ActivityRow> again;
};

}  // namespace durable::store
