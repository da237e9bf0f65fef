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

/// A message that waits in a run's inbox: an encoded history event (SignalReceived, CancelRequested, and what
/// has become of activities and children).
struct InboxMessage {
    std::int64_t sequence = 0;  ///< gapless in the chain, in order of commit
    std::string event;
    /// The run that it was sent to. A result for an earlier run of the chain is stale; signals and cancel
    /// requests are for the chain.
    RunId run{};
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
    /// Its previous owner died, or its last activation was blocked: activities that were started eagerly
    /// must be given rows.
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

/// A child that a run's activation has ordered. Whether its workflow id was free comes into the parent's
/// inbox with this very commit, as ChildStarted or ChildStartFailed, unless the commit ends the parent.
struct ChildStart {
    EventId initiated;
    RunId run;
    WorkflowId workflow;
    std::string type;
    std::string queue;
    std::string activation;  ///< encoded activation 0
    ChildReuse reuse = ChildReuse::allow;
    ParentClosePolicy parent_close = ParentClosePolicy::terminate;
};

/// The run that goes on where one has continued as new: claimable at once.
struct NextRun {
    RunId run;
    std::string type;
    std::string queue;
    std::string activation;  ///< encoded activation 0
};

/// For the parent of a run whose chain closes for good; delivered once, by an errand.
struct ParentReport {
    RunId parent;
    std::string event;  ///< encoded ChildCompleted or ChildFailed
};

struct Published {
    std::string key;
    std::string json;
};

/// What becomes of one claimed run at the end of its turn in a batch.
struct RunCommit {
    RunId run;
    RunId chain;
    Tenant tenant;  ///< of what it leaves behind: children, errands, published state
    Fence fence;
    std::int32_t activations_before = 0;   ///< must equal the row's: compare-and-set
    std::optional<HistoryRow> activation;  ///< none: only release, adopt or block
    std::int64_t inbox_head = 0;           ///< messages up to here are consumed: deleted
    enum class Next : std::uint8_t {
        keep,     ///< stays with this worker
        release,  ///< anybody may claim it at wake_at (none: when a message arrives)
        close,    ///< it has ended with `status`; refused if a message beyond inbox_head has arrived
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
    std::vector<ChildStart> children{};
    std::vector<RunId> cancel_children{};  ///< by their chains; errands
    std::vector<Published> published{};    ///< each key once
    /// With next == close: the chain goes on. Refused by nothing; what the run has not read, the next one
    /// reads.
    std::optional<NextRun> continued{};
    /// With next == close, and not continued.
    std::optional<ParentReport> report{};
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
    bool errands = false;  ///< something waits for deliver_errands()
};

/// What has become of errands: things that one run's commit ordered to happen to another run.
struct Delivered {
    int done = 0;                     ///< carried out, or dropped because their run has ended
    bool more = false;                ///< some were left: their runs were busy, or there are too many
    std::vector<std::string> queues;  ///< of the runs that have got messages
    std::vector<RunId> closed;        ///< children that were terminated
};

/// An activity row just claimed.
struct ClaimedActivity {
    ActivityRow row;
    Fence fence;
    WorkflowId workflow;
    bool cancel_requested = false;
};

/// Database times that come with a claim of activity rows.
struct ClaimTimes {
    Timestamp now;
    /// When a limit lets the next row through (a start of its rate, a retry in its line), if that is known.
    std::optional<Timestamp> look_again_at;
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
