#pragma once
// What a worker process asks of the database. Three kinds of connection, so that a slow one never starves
// another:
//
//   HotConnection      claims and commits batches of runs (two in a worker), loads histories and inboxes
//   ActivityStore      claims and ends activity rows, commits transactional activities
//   ControlConnection  registration, lease, session lock, sweeping, notifications; needs a *direct* address
//
// Each object belongs to one thread at a time and blocks it; every call has a client-side deadline. A lost
// connection is thrown away and replaced; a commit whose answer was lost is settled before the call returns:
// the row is locked, and its fence and its history compared with what was sent, so a caller only ever sees
// committed, lost or rejected. While the database cannot be reached calls throw StoreUnavailable after their
// deadline; the caller keeps its batch and calls again: sending a batch twice is always safe.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <stop_token>
#include <string>
#include <vector>

#include "engine/store/types.hpp"

namespace durable::store {

class StoreUnavailable : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Of a transactional activity: its commit was sent, and may have happened. The next call for the same attempt, on the
/// same ActivityStore, finds out before it does anything.
class StillInDoubt : public StoreUnavailable {
  public:
    using StoreUnavailable::StoreUnavailable;
};

/// Points where tests make the world fail. Default: nothing. Called on the calling thread.
struct Faults {
    enum class Point : std::uint8_t {
        before_send,              ///< return true: the connection breaks, nothing has reached the server
        rolled_back,              ///< return true: the server rolls back, by a deadlock or a time-out
        after_commit_reply_lost,  ///< return true: close the socket unread after the server has committed
    };
    /// (point, name of the statement) -> true: inject.
    std::function<bool(Point, const char* statement)> hook{};
    /// How long a call goes on while the database cannot be used; tests shorten it.
    std::chrono::milliseconds patience = std::chrono::seconds{15};
};

class HotConnection {
  public:
    HotConnection(std::string connection_string, Faults faults = {});
    ~HotConnection();
    HotConnection(HotConnection&&) noexcept;

    /// Commits and claims in one transaction and one round trip. Any lost fence aborts it; then the rows are
    /// compared one by one, losers are told, and the rest is sent again. A data error is bisected down to the
    /// run that caused it.
    BatchResult commit(const Batch& batch);

    struct Loaded {
        RunId run;
        std::vector<HistoryRow> history;
        std::vector<InboxMessage> inbox;
        bool more = false;  ///< there may be more messages than were asked for
    };
    /// History (from activation 0 if `with_history`) and waiting messages beyond inbox_head, per run.
    struct LoadRequest {
        RunId run;
        RunId chain;
        bool with_history = false;
        std::int64_t inbox_head = 0;
        std::int32_t messages_max = 0;  ///< the oldest of them; 0: all
    };
    std::vector<Loaded> load(const std::vector<LoadRequest>& requests, Timestamp* now = nullptr);

    /// Among the runs this worker holds, those with waiting messages beyond the head it knows. Also tells the
    /// time.
    struct Held {
        RunId run;
        RunId chain;
        std::int64_t inbox_head = 0;
    };
    /// `paused`: those that somebody has paused.
    std::vector<RunId> with_messages(const std::vector<Held>& held, Timestamp* now = nullptr,
                                     std::vector<RunId>* paused = nullptr);
    /// Every run that the database says this worker owns, with its fence: for the 5 s comparison.
    std::vector<std::pair<RunId, Fence>> owned(WorkerNo worker);
    /// Activity rows (of these runs) that exist: what an adopter must not create again.
    std::vector<std::pair<RunId, EventId>> activity_rows(const std::vector<RunId>& runs);
    /// Carries out errands, whoever left them: reports to parents, cancel requests to children, the ends of
    /// the children of closed chains. Bounded work per call; exactly once, however often it is sent.
    Delivered deliver_errands();
    /// Gives runs back, claimable now (drain, or claims that an unsettled batch took).
    void release(WorkerNo worker, const std::vector<std::pair<RunId, Fence>>& runs);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

class ActivityStore {
  public:
    ActivityStore(std::string connection_string, Faults faults = {});
    ~ActivityStore();
    ActivityStore(ActivityStore&&) noexcept;

    /// Rows that are due, of the types this worker runs, and that their limits let through.
    std::vector<ClaimedActivity> claim(WorkerNo worker, const std::string& queue,
                                       const std::vector<std::string>& types, std::int32_t limit,
                                       ClaimTimes* times = nullptr);
    /// For a worker that has dropped what it knew: gives back what it owns, from `settling` on. False if some is left
    /// because it was locked or too much: call again.
    bool give_back(WorkerNo worker, std::chrono::milliseconds settling);
    /// Fenced; returns those whose row was no longer ours (drop them). Results go to the inboxes of their
    /// runs.
    std::vector<std::pair<RunId, EventId>> end(WorkerNo worker, const std::vector<ActivityEnd>& ends);
    /// Heartbeats of rows, with details; tells which are asked to stop or lost. A row of which none is awaited and that
    /// has no details is only looked at.
    struct Beat {
        RunId run;
        EventId activity;
        Fence fence;
        std::optional<std::string> details{};
        bool awaited = true;  ///< it has a heartbeat time-out
    };
    struct BeatResult {
        RunId run;
        EventId activity;
        bool cancel_requested = false;
        bool lost = false;
        bool restart = false;  ///< asked to stop by an operator, to begin anew
    };
    std::vector<BeatResult> heartbeat(WorkerNo worker, const std::vector<Beat>& beats);
    /// With a new connection from now on. A claim whose answer was lost is remembered.
    void reconnect() noexcept;

    /// Runs `body` (business SQL) and then, in the same transaction, locks the live row, checks the fence and
    /// puts the completion into the inbox. `body` gets the transaction (a `planned` one) and returns the encoded
    /// ActivityCompleted. Exceptions of `body` roll back and pass through. Throws StillInDoubt when the
    /// answer to its commit was lost and the database could not be asked what has become of it.
    struct Transactional {
        WorkerNo worker;
        RunId run;
        EventId activity;
        Fence fence;  ///< of the run if eager, else of the activity's row
        bool eager = true;
    };
    enum class TransactionalOutcome : std::uint8_t { committed, lost };
    TransactionalOutcome transact(const Transactional& what,
                                  const std::function<std::string(pqxx::work&)>& body);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

struct WorkerRegistration {
    std::string name;   ///< a label: host and pid
    std::string build;  ///< recorded with activations
    std::string queue = "default";
    Duration lease = std::chrono::seconds{10};
    bool encrypts = false;  ///< has master keys: nobody without is to store payloads from now on
    std::vector<std::string> activities{};  ///< types whose rows it claims; not recorded
};

/// What a worker says of itself when it renews its lease.
struct WorkerState {
    std::int32_t runs_held = 0, runs_max = 0;
    std::int32_t async_used = 0, async_slots = 0;
    std::int32_t transactional_used = 0, transactional_slots = 0;
    std::optional<Duration> since_last_claim{};  ///< that has found something; none: there was none
    double runs_claimed_per_second = 0, rows_claimed_per_second = 0, runs_closed_per_second = 0;
};

/// How things stand in a worker's queue, for alerts.
struct Standing {
    Duration oldest_run{0};         ///< that is due and that nobody has claimed: for so long
    Duration oldest_activity{0};    ///< the same for activities that wait for no limit
    std::int64_t blocked_runs = 0;  ///< in all queues
    std::int64_t missed_times = 0;  ///< nominal times of schedules, ever
};

/// What there is to do for a worker, as one look has found it (what_waits.sql). A look takes nothing: whoever acts
/// on it may come too late, and finds less.
struct Waiting {
    Timestamp now{};
    bool queue_paused = false;  ///< the worker's, by an operator: then neither runs nor activities wait
    bool runs = false;          ///< to be claimed
    bool late = false;        ///< runs, for so long that claims must have passed them over: for a patient one
    bool errands = false;     ///< or news of semaphores, whoever has left them
    bool activities = false;  ///< rows to be claimed, or something to do for their limits
    std::optional<Duration> line_in{};      ///< until the next sleeping line of limits wakes by itself
    std::optional<Duration> schedule_in{};  ///< until a schedule is due; not positive: it is
    std::optional<Duration> batch_in{};     ///< the same for a page of a batch job
};

class ControlConnection {
  public:
    /// Connects, registers, takes the session lock and LISTENs. Throws StoreUnavailable, and DatabaseError while the
    /// database is in quarantine (engine/store/quarantine.hpp).
    ControlConnection(std::string connection_string, WorkerRegistration registration);
    ~ControlConnection();
    ControlConnection(ControlConnection&&) noexcept;

    [[nodiscard]] WorkerNo worker() const;
    /// Of runs that had started by `before`, steps may have been taken after `since` that the database does not know
    /// of: it was restored to that moment. None: it never was.
    struct Doubt {
        Timestamp before;
        Timestamp since;
    };
    [[nodiscard]] std::optional<Doubt> doubt();
    /// Renews the lease. False: this registration is gone (declared dead): drop everything and register anew.
    bool heartbeat(const WorkerState& state = {});
    /// Looks for dead workers (session lock gone for 500 ms and Postgres up for one lease; else lease over)
    /// and gives their runs and activity rows back; times out activity rows; wakes runs, and lines
    /// of limits, that nothing else would wake; wakes blocked runs after `wake_blocked`. Bounded work per
    /// call. Most calls find nothing, so it asks first what there is to do, in one statement (what_waits.sql),
    /// and only every 15 s goes through everything all the same. The same statement says what waits for others
    /// than the sweep.
    struct Swept {
        int dead_workers = 0;
        int runs_taken_over = 0;
        int activities_taken_over = 0;
        int activities_timed_out = 0;
        int stuck_runs_woken = 0;
        int stuck_lines_woken = 0;
        bool suspects = false;  ///< workers may be dead, which only a sweep half a second later can tell
        Waiting waiting{};
        std::optional<Standing> standing{};  ///< every 15 s
    };
    Swept sweep();
    /// At start: lets every blocked run try again with this build.
    int wake_blocked();
    /// Marks the registration ended (after a drain).
    void deregister();

    /// Waits for a notification (work for our queue, message or cancel for one of our runs), at most
    /// `timeout`. Returns what woke us; empty on timeout.
    struct Wakeup {
        bool runs = false;
        bool activities = false;
        bool messages = false;
    };
    Wakeup wait(std::chrono::milliseconds timeout);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Sends notifications on a session of its own, synchronous_commit = off, coalesced: at once when it has been
/// quiet for 5 ms, else every 5 ms. Thread-safe; never blocks the caller; losing one only costs latency.
/// One a process.
class Notifier {
  public:
    explicit Notifier(std::string connection_string, bool enabled = true);
    ~Notifier();
    void runs_ready(const std::string& queue);
    void activities_ready(const std::string& queue);
    /// A message for a run that some worker may hold.
    void messages(const std::string& queue);
    /// Runs that have closed, for those who wait for results.
    void closed(const std::vector<RunId>& runs);
    /// Updates have been taken on or answered: told to the same listeners.
    void updates();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Hears of closed runs and answered updates. One thread at a time.
class ClosedListener {
  public:
    explicit ClosedListener(const std::string& connection_string);
    ~ClosedListener();
    /// Waits at most `timeout`; true if something may have closed (any run), so look.
    bool wait(std::chrono::milliseconds timeout);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::store
