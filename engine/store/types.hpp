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
    /// Why one of its payloads is a tombstone, once opened; or why Postgres cannot read the row, which then is empty.
    std::string unreadable{};
};

/// A message that waits in a run's inbox: an encoded history event (SignalReceived, CancelRequested, and what
/// has become of activities and children).
struct InboxMessage {
    std::int64_t sequence = 0;  ///< gapless in the chain, in order of commit
    std::string event;
    /// The run that it was sent to. A result for an earlier run of the chain is stale; signals and cancel
    /// requests are for the chain.
    RunId run{};
    std::string unreadable{};  ///< once opened: why its payload is a tombstone
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
    // Not stored: known once the row's payloads have been opened.
    std::string subject{};     ///< whose key sealed its input: its result gets the same
    std::string unreadable{};  ///< why its input is a tombstone
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
    std::optional<QueueShare> share{};  ///< none: the parent's
};

/// The run that goes on in a chain: where one has continued as new, or tries again what one has failed at.
struct NextRun {
    RunId run;
    std::string type;
    std::string queue;
    std::string activation;         ///< encoded activation 0
    std::optional<Timestamp> at{};  ///< claimable then; none: at once
};

/// For the parent of a run whose chain closes for good; delivered once, by an errand.
struct ParentReport {
    RunId parent;
    std::string event;  ///< encoded ChildCompleted or ChildFailed
};

/// Where an update is. The last three are final, but for an aborted one, whose id may be used again while the
/// chain is open.
enum class UpdateStage : std::uint8_t {
    admitted,   ///< durable; waits in the inbox
    accepted,   ///< the run has taken it on: its handler has started
    completed,  ///< the handler has ended, with a result or a failure
    rejected,   ///< by the validator, or because nothing takes updates of that name
    aborted,    ///< the run ended before the handler did
};
/// What a run has made of an update, or how its end has broken it off.
struct UpdateStep {
    std::string id;  ///< the caller's
    UpdateStage stage;
    std::optional<std::string> outcome{};  ///< encoded UpdateCompleted, once it is over
};

/// A message to another workflow; delivered once, by an errand, which tells the sender.
struct ExternalOrder {
    WorkflowId workflow;
    std::string event;       ///< encoded SignalReceived or CancelRequested
    std::string request_id;  ///< of the message
    bool cancels = false;
    std::string delivered;  ///< encoded ExternalDelivered and ExternalFailed: one of them comes back
    std::string failed;
};

/// A request for units of a semaphore, granted some time later by an errand.
struct UnitsRequest {
    EventId request;
    std::string resource;
    std::int32_t units = 1;
    std::int32_t capacity = 1;  ///< of the semaphore, if it is new
};

struct Published {
    std::string key;
    std::string json;
};

/// Search attributes that a run gets, changes or loses: its own, a new child's, the next run's of its chain.
struct AttributeChange {
    RunId run;
    std::vector<SearchAttribute> attributes;
};

/// What becomes of one claimed run at the end of its turn in a batch.
struct RunCommit {
    RunId run;
    RunId chain;
    Tenant tenant;          ///< of what it leaves behind: children, errands, published state
    std::string subject{};  ///< token of the person that the run is about: whose key seals its payloads
    Fence fence;
    std::int32_t activations_before = 0;   ///< committed so far, activation 0 included
    EventId next_event_before{2};          ///< where its history ended then
    std::optional<HistoryRow> activation;  ///< none: only release, adopt or block
    std::int64_t inbox_head = 0;           ///< messages up to here are consumed: deleted
    enum class Next : std::uint8_t {
        keep,     ///< stays with this worker
        release,  ///< anybody may claim it at wake_at (none: when a message arrives)
        close,    ///< it has ended with `status`; refused if a message beyond inbox_head has arrived
        block,  ///< the activation failed: `blocked_reason`; nothing is recorded; claimable again at wake_at
    };
    Next next = Next::keep;
    /// With next == keep: nothing in the live row changes but how long the history is, which it need not say while
    /// somebody holds the run. The row is held and compared, not written.
    bool row_stays = false;
    std::optional<Timestamp> wake_at;
    replay::RunStatus status = replay::RunStatus::running;
    std::string blocked_kind;
    std::string blocked_reason;
    bool was_blocked = false;  ///< the commit clears its mark
    std::string pin_to{};      ///< the build that the run stays with from now on, if its queue is routed
    std::vector<ActivityRow> activities;      ///< new rows
    std::vector<EventId> cancel_activities;   ///< rows asked to stop
    std::vector<EventId> settled_activities;  ///< rows that no longer matter: deleted
    std::vector<ChildStart> children{};
    std::vector<RunId> cancel_children{};  ///< by their chains; errands
    std::vector<Published> published{};    ///< each key once
    std::vector<UnitsRequest> units{};     ///< requests; known ones are left as they are
    std::vector<EventId> units_back{};     ///< requests whose units are given back
    std::vector<AttributeChange> attributes{};
    std::vector<UpdateStep> updates{};  ///< each update once
    std::vector<ExternalOrder> externals{};
    /// Signals that the code, or the next run's, has been given and has not received: when the figure in the
    /// database is to change.
    std::optional<std::int32_t> unread{};
    /// With next == close: the chain goes on. Refused by nothing; what the run has not read, the next one
    /// reads.
    std::optional<NextRun> continued{};
    /// With continued: this run's cancel request has reached its code, and is none of the next run's.
    bool cancel_received = false;
    /// With next == close, and not continued.
    std::optional<ParentReport> report{};
    /// With next == release: results (encoded events) that wait in the run's inbox, because it is paused.
    std::vector<std::string> posted{};

    [[nodiscard]] std::int32_t activations_after() const { return activations_before + (activation ? 1 : 0); }
    [[nodiscard]] EventId next_event_after() const {
        return activation ? EventId{activation->first_event.value + activation->events} : next_event_before;
    }
};

struct ClaimRequest {
    std::string queue = "default";
    std::int32_t limit = 0;  ///< 0: claim nothing
    std::string build{};     ///< the worker's; see store/deployments.hpp
    /// Takes what has been due for a second, also when somebody holds its row at this moment: waits for a moment, then
    /// gives up. In a batch without commits.
    bool patient = false;
    /// Without the runs' first activations, which are fetched one by one then: after Postgres could not read one.
    bool starts_apart = false;
};

/// One round trip, one transaction, one commit: a pipeline of set-based statements.
struct Batch {
    WorkerNo worker;
    std::vector<RunCommit> commits;
    ClaimRequest claim;
    /// Whoever waits for the end of a run is told by the same connection, at once after the commit.
    bool tell_closed = false;
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
    bool more_due = false;        ///< the claim has left some, as far as it knows: claim again at once
    bool errands = false;         ///< something waits for deliver_errands()
    bool told_closed = false;     ///< of everything that is committed here
    std::string claim_refused{};  ///< Postgres cannot read what a claim needs: why; nothing was claimed
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
    // Not stored: whose key seals what it carries.
    Tenant tenant{};
    std::string subject{};
    /// With a result: it is a failure, which an operator's order may have made not final.
    bool failed = false;
    /// Instead of both: the attempt has handed the activity out, to be completed from outside by its token.
    bool awaits = false;
    /// With `awaits`: JSON, for the next attempt if there is one.
    std::optional<std::string> heartbeat_details{};
};

}  // namespace durable::store
