#pragma once
// The history of a run: a list of activations. Activation n = the events that had arrived, then the commands
// the code answered with, then perhaps the end. One activation is one row and one commit. Event ids are
// gapless from 1 over the whole run, arrived events and commands alike.
//
// Activation 0 holds only WorkflowStarted (event 1); it is written by whoever starts the run. Activations 1,
// 2, ... are written by workers. A run that is terminated gets a last activation with WorkflowTerminated
// alone.
//
// Wire form (bytea holding compact JSON; the field names are frozen, see tests/histories):
//   {"t":<microseconds>,"b":"<build id>","a":[event...],"c":[event...]}     event = {"k":"<Kind>", ...fields}

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/workflow/activity.hpp"
#include "engine/workflow/child_options.hpp"
#include "engine/workflow/failure.hpp"
#include "engine/workflow/ids.hpp"
#include "engine/workflow/lifecycle.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/retry.hpp"
#include "engine/workflow/search.hpp"
#include "engine/workflow/time.hpp"

namespace durable::history {

// --- what arrives ----------------------------------------------------------------------------------------

/// Who started a run as its child.
struct ParentRun {
    RunId run;          ///< the run that issued ChildInitiated
    RunId chain;        ///< its first run: names the parent for as long as it continues as new
    EventId initiated;  ///< of the ChildInitiated in `run`
    std::string workflow_id;
    bool operator==(const ParentRun&) const = default;
};
struct SignalReceived {
    std::string name;
    Payload input;
    std::string request_id;  ///< of the sender; unique in the chain; "" when the sender gave none
    bool operator==(const SignalReceived&) const = default;
};
/// A stretch of copied history: its code drew the random numbers of `run`, and was told that run and id.
struct CopiedStretch {
    RunId run;
    EventId last;  ///< event of the stretch
    std::string workflow_id;
    bool operator==(const CopiedStretch&) const = default;
};
/// How a run that begins with another one's history came to be.
struct Forked {
    RunId base;
    EventId after;      ///< the last event that was copied: the end of an activation
    bool reset = true;  ///< in the base's chain and under its id; false: a fork, under an id of its own
    std::string reason{};
    std::string identity{};
    std::vector<CopiedStretch> copied{};  ///< in order; the newest ends at `after`
    int resent = 0;  ///< signals that came after the point and were delivered again, before all others
    std::optional<Timestamp> run_deadline{};  ///< instead of the start's: time-outs count from the point on
    std::optional<Timestamp> execution_deadline{};  ///< likewise
    bool operator==(const Forked&) const = default;
};
/// The run of the same chain that tries again what this one has failed at.
struct NextAttempt {
    RunId run;
    Timestamp at;                           ///< not before
    std::vector<SignalReceived> signals{};  ///< delivered to this run but not received by its code, in order
    bool operator==(const NextAttempt&) const = default;
};
struct WorkflowStarted {
    std::string type;
    std::string workflow_id;
    std::string tenant{};
    std::string queue;
    Payload input{};
    std::optional<Timestamp> run_deadline{};  ///< the run ends as timed_out then; none: never
    std::optional<Duration>
        run_timeout{};  ///< what run_deadline was made of; the next run of the chain gets it
    std::optional<ParentRun> parent{};
    std::optional<RunId> continued_from{};     ///< the run before, in the same chain
    std::vector<SignalReceived> signals{};     ///< that the run before had not received: they come first
    std::optional<Timestamp> scheduled_for{};  ///< the nominal time, when a schedule started it
    std::vector<SearchAttribute> attributes{};
    int attempt = 1;  ///< of the workflow's retry policy; continue-as-new counts from 1 again
    std::optional<RetryPolicy> retry{};             ///< none: a failed run is not tried again
    std::optional<Duration> execution_timeout{};    ///< of the whole chain
    std::optional<Timestamp> execution_deadline{};  ///< the chain ends as timed_out then; none: never
    std::optional<MismatchPolicy> on_mismatch{};    ///< none: as the type is registered
    std::optional<Forked> forked{};                 ///< it begins with a copy of another run's history
    /// The person whose data the payloads are: a keyed hash that names the data key; "": the tenant's key. Handed on to
    /// children and next runs.
    std::string subject{};
    std::optional<RunLimit> limit{};  ///< the code waits for its turn; handed on to next runs
    /// What the schedule's newest completed run gave; null: nothing, or none is known.
    Payload previous_result{};
    std::optional<Failure> previous_failure{};  ///< of the schedule's newest run, if it failed or timed out
    bool operator==(const WorkflowStarted&) const = default;
};
struct ActivityCompleted {
    EventId scheduled;
    Payload result;
    int attempts = 1;
    bool operator==(const ActivityCompleted&) const = default;
};
struct ActivityFailed {  ///< final: no further attempt. Kind activity, timed_out or canceled.
    EventId scheduled;
    Failure failure;
    bool operator==(const ActivityFailed&) const = default;
};
struct TimerFired {
    EventId started;
    bool operator==(const TimerFired&) const = default;
};
struct CancelRequested {
    std::string reason;
    std::string identity;
    bool operator==(const CancelRequested&) const = default;
};

// What becomes of a child. `run` is the one that ChildInitiated names; a run that was started by another run
// of the parent's chain has another one, so that such news is known to be stale. Nil (older senders): not
// told.

struct ChildStarted {
    EventId initiated;
    RunId run;
    bool operator==(const ChildStarted&) const = default;
};
struct ChildStartFailed {  ///< final: there is no such child
    EventId initiated;
    Failure failure;
    RunId run{};
    bool operator==(const ChildStartFailed&) const = default;
};
struct ChildCompleted {
    EventId initiated;
    Payload result;
    RunId run{};
    bool operator==(const ChildCompleted&) const = default;
};
struct ChildFailed {  ///< the child's chain has closed in another way. Kind child; its cause tells which way.
    EventId initiated;
    Failure failure;
    RunId run{};
    bool operator==(const ChildFailed&) const = default;
};

/// A request that the run has taken on: its validator has passed it (Workflow::on_update). The same event
/// travels through the inbox before that; one that is turned down is never recorded.
struct UpdateAccepted {
    std::string id;  ///< of the caller; unique in the chain
    std::string name;
    Payload input;
    bool operator==(const UpdateAccepted&) const = default;
};

// What becomes of a message to another workflow. Taken by the run that ordered it only.

struct ExternalDelivered {  ///< it is in the other run's inbox
    EventId ordered;
    bool operator==(const ExternalDelivered&) const = default;
};
struct ExternalFailed {  ///< final: nobody was told
    EventId ordered;
    Failure failure;
    bool operator==(const ExternalFailed&) const = default;
};

struct UnitsGranted {  ///< of a semaphore
    EventId requested;
    bool operator==(const UnitsGranted&) const = default;
};

// --- what the code answers: commands, recorded as events -------------------------------------------------

struct ActivityScheduled {
    std::string type;
    Payload input;
    ActivityOptions options;
    std::string source;  ///< "file:line" of the call; informative, not compared
    bool operator==(const ActivityScheduled&) const = default;
};
struct ActivityCancelRequested {
    EventId scheduled;
    bool operator==(const ActivityCancelRequested&) const = default;
};
struct TimerStarted {
    Duration delay{};
    Timestamp due;  ///< activation time + delay
    std::string source;
    bool operator==(const TimerStarted&) const = default;
};
struct TimerCanceled {
    EventId started;
    bool operator==(const TimerCanceled&) const = default;
};
struct SideEffectRecorded {
    Payload value;
    std::string source;
    bool operator==(const SideEffectRecorded&) const = default;
};
struct ChildInitiated {
    std::string type;
    std::string workflow_id;
    Payload input;
    ParentClosePolicy parent_close = ParentClosePolicy::terminate;
    CancellationType cancellation = CancellationType::wait_cancelled;
    ChildReuse reuse = ChildReuse::allow;
    std::string queue{};  ///< empty: the parent's
    std::optional<Duration> run_timeout{};
    std::optional<Duration> execution_timeout{};
    std::optional<RetryPolicy> retry{};
    std::optional<QueueShare> share{};  ///< none: the parent's
    RunId run{};                        ///< the child's first run; not compared
    std::string source{};               ///< not compared
    std::vector<SearchAttribute> attributes{};
    bool operator==(const ChildInitiated&) const = default;
};
struct ChildCancelRequested {
    EventId initiated;
    bool operator==(const ChildCancelRequested&) const = default;
};
struct StatePublished {
    std::string key;
    Payload value;
    std::string source{};  ///< not compared
    bool operator==(const StatePublished&) const = default;
};
/// A search attribute has a value from now on, or none (null).
struct SearchAttributeSet {
    std::string key;
    SearchType type = SearchType::string;
    SearchValue value{};
    std::string source{};  ///< not compared
    bool operator==(const SearchAttributeSet&) const = default;
};
/// The handler of an update has ended: with `result`, or with `failure`.
struct UpdateCompleted {
    EventId accepted;
    Payload result{};
    std::optional<Failure> failure{};
    bool operator==(const UpdateCompleted&) const = default;
};
/// A signal for another workflow, whose open run gets it.
struct ExternalSignalOrdered {
    std::string workflow_id;
    std::string name;
    Payload input;
    std::string source{};  ///< not compared
    bool operator==(const ExternalSignalOrdered&) const = default;
};
/// A cancel request for another workflow.
struct ExternalCancelOrdered {
    std::string workflow_id;
    std::string reason{};
    std::string source{};  ///< not compared
    bool operator==(const ExternalCancelOrdered&) const = default;
};
/// This run goes the new way at the code's patch `id` (Workflow::patched). Met by id, wherever in its
/// activation the code asks.
struct PatchMarked {
    std::string id;
    bool deprecated = false;  ///< written by deprecate_patch: code that does not ask is the same code
    std::string source{};     ///< not compared
    bool operator==(const PatchMarked&) const = default;
};
/// Not recorded in any history: a message to whoever holds a run that an operator has left an order for an
/// activity which has no row. `stop`: its attempt is asked to stop.
struct ActivityOrdered {
    EventId scheduled;
    bool stop = false;
    bool operator==(const ActivityOrdered&) const = default;
};
struct UnitsRequested {  ///< of a semaphore
    std::string resource;
    int units = 1;
    int capacity = 1;      ///< of the semaphore if it is new; not compared
    std::string source{};  ///< not compared
    bool operator==(const UnitsRequested&) const = default;
};
struct UnitsReleased {  ///< given back, or no longer wanted
    EventId requested;
    bool operator==(const UnitsReleased&) const = default;
};
/// The code has run for the first time, issued no other command, and nothing had arrived: recorded so that
/// every activation has an event.
struct CodeStarted {
    bool operator==(const CodeStarted&) const = default;
};

// --- the end: exactly one, the last event of the run -----------------------------------------------------

struct WorkflowCompleted {
    Payload result;
    bool operator==(const WorkflowCompleted&) const = default;
};
struct WorkflowFailed {
    Failure failure;
    std::optional<NextAttempt> next{};  ///< by the workflow's retry policy; not compared
    bool outside = false;               ///< written without running the code (MismatchPolicy::fail)
    bool operator==(const WorkflowFailed&) const = default;
};
struct WorkflowCanceled {
    Failure failure;
    bool operator==(const WorkflowCanceled&) const = default;
};
struct WorkflowTimedOut {
    std::string reason;
    std::optional<NextAttempt> next{};  ///< by the workflow's retry policy
    bool operator==(const WorkflowTimedOut&) const = default;
};
struct WorkflowTerminated {
    std::string reason;
    std::string identity;
    std::optional<RunId> reset_to{};  ///< the run that has taken its place in the chain
    bool operator==(const WorkflowTerminated&) const = default;
};

/// The end of this run, not of its chain: `run` goes on with `input`. A commit of its own kind, see
/// engine/replay/lineage.hpp for how the next run begins.
struct WorkflowContinuedAsNew {
    RunId run;  ///< the next one; not compared
    std::string type;
    Payload input;
    std::vector<SignalReceived> signals;  ///< delivered to this run but not received by its code, in order
    std::optional<Duration> run_timeout;
    std::vector<SearchAttribute> attributes{};  ///< that the run had: the next one has them
    bool operator==(const WorkflowContinuedAsNew&) const = default;
};

using Event =
    std::variant<WorkflowStarted, ActivityCompleted, ActivityFailed, TimerFired, SignalReceived,
                 CancelRequested, ChildStarted, ChildStartFailed, ChildCompleted, ChildFailed,
                 ActivityScheduled, ActivityCancelRequested, TimerStarted, TimerCanceled, SideEffectRecorded,
                 ChildInitiated, ChildCancelRequested, StatePublished, CodeStarted, UpdateAccepted,
                 UpdateCompleted, ExternalSignalOrdered, ExternalCancelOrdered, ExternalDelivered,
                 ExternalFailed, SearchAttributeSet, PatchMarked, ActivityOrdered, UnitsGranted,
                 UnitsRequested, UnitsReleased, WorkflowCompleted, WorkflowFailed, WorkflowCanceled,
                 WorkflowTimedOut, WorkflowTerminated, WorkflowContinuedAsNew>;

/// The event's name, as in the wire form, SQL and the CLI: "ActivityScheduled".
[[nodiscard]] std::string_view kind_name(const Event& event);
/// True for the six that end a run.
[[nodiscard]] bool is_end(const Event& event);

struct Activation {
    EventId first_event{1};
    Timestamp time;
    std::string build;
    std::vector<Event> arrived;
    std::vector<Event> commands;  ///< the end, if any, is last

    [[nodiscard]] std::int32_t event_count() const {
        return static_cast<std::int32_t>(arrived.size() + commands.size());
    }
    [[nodiscard]] EventId next_event() const { return EventId{first_event.value + event_count()}; }
    bool operator==(const Activation&) const = default;
};

/// A whole run, in order.
using History = std::vector<Activation>;

// --- wire form (history_codec.cpp) -----------------------------------------------------------------------

/// One activation as the bytes of its row (without first_event, which is the row's key).
[[nodiscard]] std::string encode(const Activation& activation);
/// What follows the time: with {"t":<microseconds since 1970> before it, it is the same.
[[nodiscard]] std::string encode_undated(const Activation& activation);
/// Throws DecodeError.
[[nodiscard]] Activation decode_activation(EventId first_event, std::string_view bytes);

/// One event alone, as it travels through the inbox.
[[nodiscard]] std::string encode_event(const Event& event);
[[nodiscard]] Event decode_event(std::string_view bytes);

/// Search attributes as events hold them: a list of {"key", "type", "value"}.
[[nodiscard]] std::string encode_attributes(const std::vector<SearchAttribute>& attributes);

/// A whole history as one JSON document for `workflow show --output json`, `replay FILE` and tests/histories:
/// {"run_id":"…","activations":[{"first_event":1,...wire form}]}. Readable: one event a line.
[[nodiscard]] std::string export_json(RunId run, const History& history);
struct Exported {
    RunId run;
    History history;
};
[[nodiscard]] Exported import_json(std::string_view text);

}  // namespace durable::history
