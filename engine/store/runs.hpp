#pragma once
// The verbs that outsiders use on runs, each *inside a caller's transaction*: what they do commits or
// vanishes with the caller's rows. Nothing here commits, notifies or retries. Works through a transaction
// pooler: no named prepared statements, no session state. Not thread-safe beyond the transaction given.
//
// Lock order: workflow_ids -> live_runs -> activities -> inbox, each by key; set-based verbs sort first.

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/store/types.hpp"
#include "engine/workflow/queue_share.hpp"

namespace durable::store {

/// What to do when an open run has the workflow id.
enum class ConflictPolicy : std::uint8_t { fail, use_existing, terminate_existing };
/// What to do when a closed run had it.
enum class ReusePolicy : std::uint8_t { allow, allow_if_not_completed, reject };

struct StartRequest {
    std::string name_space = "default";
    WorkflowId workflow;
    std::string type;
    Payload input;
    Tenant tenant;
    std::string queue = "default";
    RunId run;               ///< made by the caller (IdSource): what makes a repeat recognisable
    std::string request_id;  ///< of the sender; the same request id and workflow id give the first run again;
                             ///< "" = none
    ConflictPolicy conflict = ConflictPolicy::fail;
    ReusePolicy reuse = ReusePolicy::allow;
    std::optional<Duration> run_timeout;
    std::optional<Duration> start_delay;
    std::optional<Timestamp> scheduled_for{};     ///< the nominal time, when a schedule starts it
    Payload previous_result{};                    ///< WorkflowStarted.previous_result
    std::optional<Failure> previous_failure{};    ///< and previous_failure
    std::optional<Duration> execution_timeout{};  ///< of the whole chain
    std::optional<RetryPolicy> retry{};           ///< a failed run is tried again from the start
    std::optional<MismatchPolicy> on_mismatch{};  ///< none: as the type is registered
    QueueShare share{};                           ///< whose turn it is in the queue
    std::optional<RunLimit> limit{};              ///< how many runs with its key are under way at once
    std::string subject{};                        ///< WorkflowStarted.subject
    std::string person{};  ///< for clients, which make `subject` of it (StartOptions.subject); never stored
    std::vector<SearchAttribute> attributes{};
};

struct StartResult {
    enum class Outcome : std::uint8_t {
        started,         ///< `run` is new
        existing,        ///< an open run was used, or this very request was seen before
        already_open,    ///< refused by the conflict policy
        already_closed,  ///< refused by the reuse policy: a closed run had the id
    };
    Outcome outcome;
    RunId run;  ///< the new, existing or refusing run
};

/// Results in the order of the requests. All policies `fail`/`reject`-free requests go through one set-based
/// statement; the rest, and conflicts, row by row. Throws std::invalid_argument for bad ids or names. Leaves a prepared
/// statement, callflex_start_runs, in a session that leads to the server itself, and nothing behind a pooler.
std::vector<StartResult> start(pqxx::transaction_base& tx, std::span<const StartRequest> requests);
/// The same for one run by a single statement, which needs no transaction block. None if that cannot be: the workflow
/// id is taken, or the run has search attributes. Then nothing has been written.
std::optional<StartResult> start_at_once(pqxx::transaction_base& tx, const StartRequest& request);

/// A run named by its id, or by workflow id (then: the open run, else the newest closed one).
struct RunRef {
    std::string name_space = "default";
    std::optional<RunId> run{};
    WorkflowId workflow{};
};

/// The run that the chain of `run` has come to: `run` itself if it was not continued as new, nothing if
/// there is no such run, or if another chain has taken the workflow id since.
std::optional<RunId> newest_of_chain(pqxx::transaction_base& tx, RunId run);

/// The run does not take any more of this: nothing was sent. The text says how many wait, and what to do.
class TooMany : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};
/// Most signals that a run may leave unread, in its inbox and in its code's hands.
inline constexpr std::int64_t unread_signals_max = 100'000;

enum class SendResult : std::uint8_t { delivered, duplicate, not_found, closed };
struct Sent {
    SendResult result = SendResult::not_found;
    std::string queue{};  ///< of the open run, whose workers are to be told; "": there is none
};
/// Puts an encoded event into the inbox of the open run, and wakes it. `request_id` != "": once per chain. A
/// run that has continued as new stands for its chain. Throws TooMany for a signal that would be one of
/// more than unread_signals_max. A single statement: `tx` need not be a transaction block, and outside of one
/// the receiver's row is held for that statement only.
Sent send(pqxx::transaction_base& tx, const RunRef& to, const history::Event& event,
          const std::string& request_id);
/// Ends the run at once with WorkflowTerminated; no code runs. `closed` if it had ended.
SendResult terminate(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                     const std::string& identity);

struct SignalWithStartResult {
    StartResult start;
    SendResult signal = SendResult::not_found;  ///< of what `start.run` was sent; `closed` if it was refused
};
/// Sends a signal to the open run that has the workflow id, or starts one and sends it to that: all or
/// nothing. `request.conflict` fail counts as use_existing; what forbids the start forbids the signal. A
/// request id is used once for both: repeated, however long after and whatever has become of the run, it
/// does nothing again (existing, duplicate).
SignalWithStartResult signal_with_start(pqxx::transaction_base& tx, const StartRequest& request,
                                        const history::SignalReceived& signal);

struct PendingActivityInfo {
    EventId activity;
    std::string type;
    std::string state;  ///< "waiting", "running", "retrying", "awaiting" (handed out) or "paused"
    int attempt = 1;
    int lost_attempts = 0;
    Timestamp scheduled_at;
    std::optional<Timestamp> available_at;  ///< none: it is held
    std::optional<std::string> worker;
    std::optional<Timestamp> paused_at{};  ///< also of one that runs: nothing follows its attempt
    std::string paused_by{};
    std::string pause_reason{};
    std::optional<Failure> last_failure;
};

/// What an operator has ordered for an activity that its run's worker runs itself: applied when its attempt
/// has failed.
struct WaitingOrder {
    EventId activity;
    std::string paused_by;  ///< "": not paused
    bool restart = false;
    bool changed = false;
};

/// A child of the run's chain that has not closed.
struct OpenChild {
    RunId chain;       ///< its first run
    RunId parent_run;  ///< the run of the parent's chain that waits for it
    EventId initiated;
    WorkflowId workflow;
    std::string parent_close;  ///< "terminate", "request_cancel" or "abandon"
};

/// Who has paused a run, and why.
struct PauseInfo {
    Timestamp since;
    std::string identity;
    std::string reason;
    bool held = false;  ///< its worker still waits for attempts that it runs itself
};

/// What a run was started with, of its lifecycle.
struct LifecycleInfo {
    int attempt = 1;  ///< of its retry policy
    std::optional<RetryPolicy> retry{};
    std::optional<Timestamp> run_deadline{};
    std::optional<Timestamp> execution_deadline{};  ///< of the whole chain
    std::optional<history::Forked> forked{};        ///< it begins with another run's history
};

/// Facts about a run for `describe` and `why`. One snapshot.
struct RunInfo {
    RunId run;
    RunId chain;
    std::optional<RunId> parent;        ///< the run that started it as its child
    std::optional<RunId> continued_as;  ///< what its chain has come to, when it has continued as new
    std::vector<OpenChild> children;    ///< of its chain
    std::string name_space;
    WorkflowId workflow;
    std::string type;
    Tenant tenant;
    std::string queue;
    replay::RunStatus status = replay::RunStatus::running;
    Timestamp started_at;
    std::optional<Timestamp> closed_at;
    std::int32_t activations = 0;
    std::int32_t events = 0;
    std::optional<std::string> owner;  ///< worker's name, while it is owned
    std::optional<Timestamp> wake_at;
    std::int64_t inbox_waiting = 0;
    bool cancel_requested = false;
    struct BlockedInfo {
        std::string kind;
        std::string reason;
        Timestamp since;
        int failures = 0;
        std::string build;
    };
    std::optional<BlockedInfo> blocked;
    std::optional<PauseInfo> paused{};
    LifecycleInfo lifecycle{};
    std::optional<std::string> for_build{};  ///< the only build whose workers may claim it now; none: any
    bool pinned = false;                     ///< it stays with that build
    std::vector<PendingActivityInfo> activities;  ///< rows only; eager ones are known to replay
    std::vector<WaitingOrder> orders;             ///< for eager ones
    Timestamp now;                                ///< database time of the snapshot
};
std::optional<RunInfo> describe(pqxx::transaction_base& tx, const RunRef& run);

/// Raw activations, oldest first, from activation row whose first event >= `from`.
std::vector<HistoryRow> load_history(pqxx::transaction_base& tx, RunId run, EventId from = EventId{1});
std::optional<RunId> resolve(pqxx::transaction_base& tx, const RunRef& ref);
/// Whose workers run what the reference leads to: none if it is not open.
std::optional<std::string> queue_of(pqxx::transaction_base& tx, const RunRef& ref);
/// Status and, if closed, the last activation's row (it holds the result).
struct Closed {
    replay::RunStatus status = replay::RunStatus::running;
    std::optional<HistoryRow> last;
};
std::optional<Closed> closed(pqxx::transaction_base& tx, RunId run);

/// State that a run's chain has published, the last value of each key.
struct PublishedState {
    std::string key;
    Payload value;
    RunId run;  ///< that published it
    Timestamp at;
};
/// One key, or all (none). Empty if there is no such run.
std::vector<PublishedState> published(pqxx::transaction_base& tx, RunId run,
                                      const std::optional<std::string>& key = {});

/// A safe filter: every field is a typed parameter, none is SQL text.
struct ListFilter {
    std::string name_space = "default";
    std::optional<Tenant> tenant;
    std::optional<std::string> type;
    std::optional<std::string> workflow_id_prefix;
    std::optional<replay::RunStatus> status;
    std::optional<bool> blocked;
    std::optional<Timestamp> started_after;
    std::optional<Timestamp> started_before;
    std::optional<RunId> before;  ///< page: runs older than this one
    std::int32_t limit = 50;      ///< 1..1000
};
struct ListedRun {
    RunId run;
    WorkflowId workflow;
    std::string type;
    Tenant tenant;
    replay::RunStatus status = replay::RunStatus::running;
    bool blocked = false;
    Timestamp started_at;
    std::optional<Timestamp> closed_at;
};
/// Newest first.
std::vector<ListedRun> list(pqxx::transaction_base& tx, const ListFilter& filter);
/// Counts by status (and "blocked" among the running).
struct Counts {
    std::vector<std::pair<replay::RunStatus, std::int64_t>> by_status;
    std::int64_t blocked = 0;
};
Counts count(pqxx::transaction_base& tx, const ListFilter& filter);

}  // namespace durable::store
