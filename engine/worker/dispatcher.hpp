#pragma once
// The worker's mind: which runs are held, whose turn it is, what goes into the next batch, which activities
// start, what has to be loaded. It decides and never waits: no I/O, no clock, no threads. Everything it
// learns comes in through the verbs below, everything it wants comes out of the take_ functions, so that a
// simulation can stand in for the threads around it. One owner; not thread-safe.

#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "engine/store/worker_store.hpp"
#include "engine/worker/activation_watch.hpp"
#include "engine/worker/coroutine_cache.hpp"
#include "engine/worker/held_run.hpp"
#include "engine/worker/turn.hpp"

namespace durable::worker {

struct DispatcherSettings {
    TurnSettings turn;
    std::int32_t batch_limit = 256;
    std::size_t runs_held_max = 1536;
    std::size_t cache_runs = 10'000;
    std::size_t cache_bytes = 256U << 20U;
    ActivationWatch* watch = nullptr;  ///< told of every turn; outlives the Dispatcher
};

/// To be loaded: first which activity rows exist (for `rows_of`), then histories and inboxes. The order
/// matters: an activity that ends in between has its result in the inbox that is read last.
struct LoadOrder {
    std::vector<store::HotConnection::LoadRequest> runs;
    std::vector<store::Fence> fences;  ///< of each, to recognise it afterwards
    std::vector<RunId> rows_of;
};
struct LoadReply {
    std::vector<store::HotConnection::Loaded> runs;
    std::vector<std::pair<RunId, EventId>> rows;
    Timestamp now;
};

/// Something that people should read of.
struct Note {
    enum class Kind : std::uint8_t { blocked, lost, rejected, adopted, given_back, large_payload };
    Kind kind;
    RunId run;
    std::string text;
};

class Dispatcher {
  public:
    explicit Dispatcher(DispatcherSettings settings);
    ~Dispatcher();
    Dispatcher(const Dispatcher&) = delete;
    Dispatcher& operator=(const Dispatcher&) = delete;

    // --- what happens --------------------------------------------------------------------------------------
    /// From now on batches carry this number.
    void registered(store::WorkerNo worker);
    /// The registration or the trust in it is lost: no run is ours any more. Attempts are broken off.
    void forget_everything();
    void batch_done(const store::Batch& batch, store::BatchResult result);
    void loaded(const LoadOrder& order, LoadReply reply);
    void have_messages(const std::vector<RunId>& runs);
    /// Of the runs that wait here, those that somebody has paused; all others are not, or not any more.
    void runs_paused(const std::set<RunId>& paused);
    /// A database time, from whatever reply.
    void time_is(Timestamp now);
    void settled(Settled settled);
    /// What the database says is ours. Differences that last over two comparisons are mended.
    void compare(const std::vector<std::pair<RunId, store::Fence>>& owned);
    /// No claims, no eager starts any more.
    void drain() { draining_ = true; }
    /// The queue is paused, or no longer: no eager starts. (The database lets nobody claim from it.)
    void pause(bool paused) { paused_ = paused; }
    [[nodiscard]] bool paused() const { return paused_; }
    /// Grace is over: running attempts are broken off, and become rows that count no attempt.
    void give_up_attempts();

    // --- what is wanted ------------------------------------------------------------------------------------
    /// The next batch, with a claim if asked for and if there is room. None when there is nothing to do.
    [[nodiscard]] std::optional<store::Batch> next_batch(bool claim);
    /// A claim of what ordinary claims have passed over because somebody held it. Only if there is room.
    [[nodiscard]] store::Batch patient_claim();
    /// Whose runs this worker claims; without a limit.
    [[nodiscard]] store::ClaimRequest claim_request() const {
        return {.queue = settings_.turn.queue, .build = settings_.turn.build};
    }
    [[nodiscard]] std::optional<LoadOrder> next_load();
    [[nodiscard]] std::vector<Attempt> take_starts() { return std::exchange(starts_, {}); }
    [[nodiscard]] std::vector<RunId> take_closed() { return std::exchange(closed_, {}); }
    /// Whether updates have been accepted or answered since the last call.
    [[nodiscard]] bool take_told_updates() { return std::exchange(told_updates_, false); }
    /// Queues in which runs have become claimable: children, and runs that go on as new.
    [[nodiscard]] std::set<std::string> take_started() { return std::exchange(started_, {}); }
    /// Queues in which activity rows were written, or are asked to stop.
    [[nodiscard]] std::set<std::string> take_row_queues() { return std::exchange(row_queues_, {}); }
    [[nodiscard]] std::vector<std::pair<RunId, store::Fence>> take_releases() {
        return std::exchange(releases_, {});
    }
    [[nodiscard]] std::vector<Note> take_notes() { return std::exchange(notes_, {}); }
    [[nodiscard]] TurnCounts take_counts() { return std::exchange(counts_, {}); }

    // --- facts ---------------------------------------------------------------------------------------------
    /// Runs that wait here, to be asked about messages.
    [[nodiscard]] std::vector<store::HotConnection::Held> held() const;
    [[nodiscard]] bool room_for_claims() const { return !draining_ && room() > 0; }
    [[nodiscard]] bool has_ready() const { return !ready_.empty(); }
    /// At most: one that was dropped meanwhile may be among them.
    [[nodiscard]] std::size_t runs_ready() const { return ready_.size(); }
    [[nodiscard]] std::size_t loads_wanted() const { return loads_.size(); }
    [[nodiscard]] std::size_t runs_held() const { return runs_.size(); }
    /// The earliest timer of a run that waits here.
    [[nodiscard]] std::optional<Timestamp> next_timer() const;
    [[nodiscard]] Timestamp now() const { return now_; }
    [[nodiscard]] const CoroutineCache& cache() const { return cache_; }

  private:
    /// Hashed, because each step of each run is looked for several times; by pointer, so that to look for one is not
    /// to touch those that stand in between.
    using Runs = std::unordered_map<RunId, std::unique_ptr<HeldRun>, RunIdHash>;

    [[nodiscard]] std::size_t room() const;
    [[nodiscard]] bool goes_on(const store::Batch& batch) const;
    [[nodiscard]] HeldRun* find(RunId run, const store::Fence& fence);
    void claimed(store::ClaimedRun claimed);
    void committed(HeldRun& run, const store::RunCommit& commit);
    void kept(HeldRun& run);
    static void pass_on(HeldRun& run, const InFlight& sent);
    void refused(HeldRun& run);
    void overlooked(HeldRun& run);
    void begin_again(HeldRun& run);
    void rejected(HeldRun& run, const std::string& reason);
    void drop(RunId run);
    void start(HeldRun& run, std::vector<Attempt> attempts);
    void after_settled(HeldRun& run, std::map<EventId, EagerActivity>::iterator activity,
                       AttemptOutcome outcome);
    [[nodiscard]] bool retry_in_place(HeldRun& run, EagerActivity& activity, const Verdict& verdict);
    void go_on_in_place(HeldRun& run);
    [[nodiscard]] Attempt next_in_place(const HeldRun& run, EventId id, EagerActivity& activity);
    [[nodiscard]] static std::optional<Timestamp> next_look(const HeldRun& run);
    void make_ready(HeldRun& run);
    void queue_load(HeldRun& run);
    void wait(HeldRun& run);
    void stop_waiting(HeldRun& run);
    void fire_timers();
    void note(Note::Kind kind, RunId run, std::string text);

    DispatcherSettings settings_;
    store::WorkerNo worker_;
    Timestamp now_{};
    bool draining_ = false;
    bool paused_ = false;
    bool gave_up_ = false;
    std::size_t claiming_ = 0;  ///< runs asked for by batches on their way
    std::uint64_t last_attempt_ = 0;
    Runs runs_;
    CoroutineCache cache_;
    std::deque<RunId> ready_;
    std::deque<RunId> loads_;
    std::set<std::pair<Timestamp, RunId>> timers_;
    std::set<std::pair<RunId, store::Fence>> strangers_;  ///< ours by the database, unknown here, seen once
    std::set<std::pair<RunId, store::Fence>> missing_;    ///< held here, not ours by the database, seen once

    std::vector<Attempt> starts_;
    std::vector<RunId> closed_;
    bool told_updates_ = false;
    std::set<std::string> started_;
    std::vector<std::pair<RunId, store::Fence>> releases_;
    std::vector<Note> notes_;
    TurnCounts counts_;
    std::set<std::string> row_queues_;
};

}  // namespace durable::worker
