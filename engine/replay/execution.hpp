#pragma once
// One run's live coroutine: the deterministic machine. History goes in, commands come out. No I/O, no clock,
// no threads; not thread-safe: whoever owns an Execution is the only one to call it. Destroying it destroys
// the frames.

#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replay/history.hpp"
#include "engine/workflow/registry.hpp"

namespace durable::replay {

/// Where a recorded history and this code part.
struct Mismatch {
    EventId event;         ///< the first event that differs
    std::string recorded;  ///< what history says: "ActivityScheduled send_sms digest 5f0c…"; "nothing" if
                           ///< code did more
    std::string found;     ///< what the code did; "nothing" if it did less
    std::string source;    ///< "file:line" of the code's call, when it made one
    std::string recorded_build;

    [[nodiscard]] std::string to_string() const;
};

/// Whether the code has what it listens to.
enum class SignalSupply : std::uint8_t {
    unasked,   ///< it has not listened to any name
    lacking,   ///< to a name of which no message is there
    plentiful  ///< of each name that it has listened to there is one
};

/// Why an activation could not be made: not the workflow's failure but the code's. The run is marked blocked.
struct Blocked {
    enum class Kind : std::uint8_t {
        mismatch,           ///< the code no longer answers as recorded
        escaped_exception,  ///< something that is not a DurableError left the workflow's code
        unknown_type,       ///< this build has no workflow of that name
        undecodable,        ///< input, signal or result does not decode into the type that the code expects
        invalid_command,    ///< for example an activity without any *-to-close time-out
        nondeterministic,   ///< it asked the world around the engine; only a trap (engine/trap) finds out
    };
    Kind kind;
    std::string reason;                ///< one sentence for `why`, list and metrics
    std::optional<Mismatch> mismatch;  ///< for Kind::mismatch
};

/// How a run ends. `continued_as_new` ends the run alone: its chain goes on.
enum class RunStatus : std::uint8_t {
    running,
    completed,
    failed,
    canceled,
    timed_out,
    terminated,
    continued_as_new
};
[[nodiscard]] std::string_view to_string(RunStatus status);
[[nodiscard]] std::optional<RunStatus> run_status(std::string_view name);

/// What one activation gave.
struct Activated {
    /// To be recorded: the arrived events as given, and the commands. Without any event (event_count() == 0)
    /// nothing has happened, there is nothing to record, and no code has run.
    history::Activation activation;
    RunStatus status = RunStatus::running;
    std::optional<Timestamp>
        wake_at;  ///< earliest timer (or the run's deadline); none when closed or only waiting
};

/// An activity that was scheduled and has no result yet.
struct PendingActivity {
    EventId scheduled;
    Timestamp scheduled_at;
    std::shared_ptr<const history::ActivityScheduled> command;  ///< may outlive the Execution, on any thread
    bool cancel_requested;
};

/// A child whose start was ordered and whose chain has not closed yet.
struct PendingChild {
    EventId initiated;
    Timestamp initiated_at;
    const history::ChildInitiated* command;  ///< owned by the Execution; valid until its next activation
    bool started;                            ///< acknowledged: ChildStarted has arrived
    bool cancel_requested;
};

/// What a run's code was told when it asked for a patch: the same for the rest of the run.
struct PatchAnswer {
    std::string id;
    bool present;  ///< it goes the new way; false: it has gone the old way and still needs that code
    bool operator==(const PatchAnswer&) const = default;
};

/// An update whose handler is running.
struct PendingUpdate {
    EventId accepted;
    std::string id;  ///< the caller's
    std::string name;
};

/// What becomes of an update that has arrived and is not recorded yet.
struct UpdateVerdict {
    enum class Kind : std::uint8_t {
        accept,
        reject,  ///< `reason` says why; it must not be fed
        later,   ///< it has to wait for the next activation, with everything that came after it
    };
    Kind kind = Kind::accept;
    Failure reason{};
};

struct Handler {
    std::string name;
    std::string description;  ///< of the author's; "" if there is none
    friend bool operator==(const Handler&, const Handler&) = default;
};
/// What the code has said it takes and answers so far, sorted by name.
struct Handlers {
    std::vector<Handler> signals;  ///< that it has listened to
    std::vector<Handler> queries;
    std::vector<Handler> updates;
};

/// A request for units of a semaphore that has not been given back.
struct PendingUnits {
    EventId requested;
    const history::UnitsRequested* command;  ///< owned by the Execution; valid until its next activation
    bool held;                               ///< granted: UnitsGranted has arrived
};

/// What a query gave: a result, or why there is none.
struct QueryAnswer {
    enum class Kind {
        answered,
        unknown,      ///< nothing answers to that name here; the error lists what does
        bad_input,    ///< the question does not decode
        failed,       ///< the handler threw
        not_allowed,  ///< the handler tried to do more than read: to wait, to order, to draw random numbers
    };
    Kind kind = Kind::answered;
    Payload result{};     ///< when answered
    std::string error{};  ///< one sentence otherwise
};

/// One line of `workflow stack`: a coroutine that waits, innermost await first in its chain.
struct StackFrame {
    std::string coroutine;  ///< function name
    std::string file;
    unsigned line = 0;
    std::string waits_for;  ///< "activity send_sms (event 12)", "timer due …", "signal approve", "condition"
};

class Execution {
  public:
    /// Requires: `registry` outlives the Execution.
    Execution(const WorkflowRegistry& registry, RunId run, std::string build);
    ~Execution();
    Execution(Execution&&) noexcept;
    Execution& operator=(Execution&&) noexcept;

    /// Feeds recorded activations, in order from activation 0, checking every command. Nothing is recorded
    /// anew. After Blocked the Execution must be destroyed.
    [[nodiscard]] std::optional<Blocked> replay(const history::Activation& recorded);

    /// Live: the events that have arrived, at database time `now` (the activation's time is the later of it
    /// and the previous activation's). Due timers must be passed as TimerFired events; see due_timers().
    /// After Blocked the Execution must be destroyed: its memory is ahead of history.
    struct Result {
        std::optional<Activated> activated;
        std::optional<Blocked> blocked;
    };
    [[nodiscard]] Result activate(std::vector<history::Event> arrived, Timestamp now);

    /// TimerFired (and, past the run's deadline, nothing else) for every timer due at `now`, earliest first.
    [[nodiscard]] std::vector<history::Event> due_timers(Timestamp now) const;
    /// True if `now` is at or past the run's deadline: the worker closes it with WorkflowTimedOut.
    [[nodiscard]] bool past_deadline(Timestamp now) const;
    /// When the whole chain's time is over.
    [[nodiscard]] std::optional<Timestamp> execution_deadline() const;

    /// False for a result of an activity, or a timer, that is not pending any more: such events are dropped
    /// unrecorded.
    [[nodiscard]] bool expects(const history::Event& event) const;

    [[nodiscard]] std::optional<Timestamp> wake_at() const;
    [[nodiscard]] std::vector<PendingActivity> pending_activities() const;  ///< by event id
    [[nodiscard]] std::vector<PendingChild> pending_children() const;       ///< by event id
    [[nodiscard]] std::vector<PendingUnits> pending_units() const;          ///< by event id
    [[nodiscard]] std::vector<PatchAnswer> patches() const;                 ///< asked for so far, by id

    /// Answers with the handler that the code registered (Workflow::on_query), as of the last activation fed.
    /// Open or closed, however it ended. Never an exception, never an effect on the run: but ask an Execution
    /// that was replayed for this, not a worker's live one, since a handler may write to what it captured.
    [[nodiscard]] QueryAnswer query(std::string_view name, const Payload& input);
    [[nodiscard]] std::vector<std::string> queries() const;  ///< the names it answers to, sorted

    /// Runs the validator of an update that is about to be fed; it must be fed only if accepted, at the
    /// place where it was judged. `something_before`: the same activation will have other events before it.
    [[nodiscard]] UpdateVerdict judge(const history::UpdateAccepted& update, bool something_before) const;
    [[nodiscard]] std::vector<PendingUpdate> pending_updates() const;  ///< by event id
    [[nodiscard]] Handlers handlers() const;
    /// Signals that have been delivered and that the code has not received.
    [[nodiscard]] std::size_t unread_signals() const;
    [[nodiscard]] SignalSupply signal_supply() const;

    [[nodiscard]] std::vector<StackFrame> stack() const;
    /// One phrase on what the run's root waits for, for `why` when nothing else explains it: "signal approve
    /// at f.cpp:12".
    [[nodiscard]] std::string waits_for() const;

    [[nodiscard]] int activations() const;  ///< committed or replayed, activation 0 included
    [[nodiscard]] EventId next_event() const;
    [[nodiscard]] RunStatus status() const;
    [[nodiscard]] const history::WorkflowStarted& started() const;  ///< requires activations() > 0
    [[nodiscard]] std::size_t memory_estimate() const;              ///< bytes, roughly, for the cache's bound

  private:
    class Machine;
    std::unique_ptr<Machine> machine_;
};

}  // namespace durable::replay
