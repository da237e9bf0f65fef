#pragma once
// Activities that have a row: they have left the worker that scheduled them (no free slot, another queue, a
// retry that waited, a take-over). Whoever runs it, on one thread with a connection of its own, claims rows while slots
// are free, hands them to the runners, sends heartbeats, hears of cancellations, and ends rows in batches.

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "engine/store/payload_gate.hpp"
#include "engine/store/worker_store.hpp"
#include "engine/worker/adaptive_poll.hpp"
#include "engine/worker/mailbox.hpp"
#include "engine/worker/trust_window.hpp"
#include "engine/worker/verdict.hpp"

namespace durable::worker {

class RowActivities {
  public:
    struct Options {
        std::string connection_string;
        store::Faults faults;
        std::string queue = "default";
        Duration lease = std::chrono::seconds{10};
        PollLimits poll;
        std::shared_ptr<store::PayloadGate> gate{};
    };
    /// What the thread tells: all are called on it.
    struct Observer {
        std::function<void(const std::string& type, const AttemptOutcome&)> attempt_ended;
        /// Runs have got results in their inboxes.
        std::function<void()> results_sent;
        std::function<void(const std::string&)> trouble;
        std::function<void(std::size_t rows)> claimed;
    };
    /// Everything referred to must outlive this.
    RowActivities(Options options, const ActivityRegistry& registry, AttemptRunner& async,
                  AttemptRunner& pool, Slots& async_slots, Slots& transactional_slots,
                  const TrustWindow& trust, Observer observer);
    RowActivities(const RowActivities&) = delete;
    RowActivities& operator=(const RowActivities&) = delete;

    /// Until closed; then what runs is abandoned.
    void run();
    /// One time round: waits for news until then, or until something is due, and does what there is to do.
    void pass(std::chrono::steady_clock::time_point latest);
    /// When there is something to do although nothing has happened.
    [[nodiscard]] std::chrono::steady_clock::time_point next_pass_at() const;

    // Thread-safe
    void close() { mailbox_->close(); }
    void registered(store::WorkerNo worker) { mailbox_->put(Registered{worker}); }
    /// The registration is lost: nothing that runs counts.
    void forget_everything() { mailbox_->put(Forget{}); }
    /// There may be rows to claim, or cancellations to hear of.
    void wake() { mailbox_->put(Wake{}); }
    /// What a look has found: rows that wait, or when some will.
    void found(const store::Waiting& waiting);
    void drain() { mailbox_->put(Drain{}); }
    /// Grace is over: attempts are broken off and their rows given back without counting an attempt.
    void give_up_attempts() { mailbox_->put(GiveUp{}); }
    [[nodiscard]] bool idle() const { return running_count_.load() == 0; }

  private:
    struct Registered {
        store::WorkerNo worker;
    };
    struct Forget {};
    struct Wake {};
    struct Due {
        std::chrono::steady_clock::time_point at;
    };
    struct Drain {};
    struct GiveUp {};
    using Message = std::variant<Registered, Forget, Wake, Due, Drain, GiveUp, Settled>;
    using Key = std::pair<RunId, EventId>;
    struct Running {
        AttemptId attempt;
        store::Fence fence;
        ActivityFacts facts;
        std::shared_ptr<AttemptControl> control;
        bool transactional = false;
        bool details_unsent = false;  ///< facts.heartbeat_details are newer than the row's

        /// Takes the attempt's newest details into the facts.
        void hear();
    };
    using Clock = std::chrono::steady_clock;

    void step();
    void handle(Message message);
    void handle_settled(Settled settled);
    void forget();
    void give_back_forgotten();
    void give_up();
    void claim();
    void launch(std::vector<store::ClaimedActivity> claimed, Timestamp now);
    [[nodiscard]] Attempt attempt_of(store::ClaimedActivity& claimed, Timestamp now);
    void launch_opened(Timestamp now);
    void hopeless(const Attempt& attempt, Timestamp now);
    void unreadable(const Attempt& attempt, const std::string& why);
    void end();
    void heartbeat();
    [[nodiscard]] Duration beat_interval() const;
    void hand_out(const Key& key, const Running& running);
    void finish(const Key& key, const Running& running, Verdict verdict);

    Options options_;
    const ActivityRegistry& registry_;
    AttemptRunner& async_;
    AttemptRunner& pool_;
    Slots& async_slots_;
    Slots& transactional_slots_;
    const TrustWindow& trust_;
    Observer observer_;
    /// Shared with the runners' callbacks, which may come after this object's end.
    std::shared_ptr<Mailbox<Message>> mailbox_ = std::make_shared<Mailbox<Message>>();

    // The thread's own
    std::unique_ptr<store::ActivityStore> store_;
    std::optional<store::WorkerNo> worker_;
    /// Named anew, maybe with the same number after a lapse of trust: the database may take rows for ours that were
    /// forgotten.
    bool may_own_forgotten_ = false;
    std::map<Key, Running> running_;
    std::deque<store::ClaimedActivity> unopened_;  ///< ours, but their payloads are still to be had
    std::vector<store::ActivityEnd> ends_;
    std::size_t sealed_ends_ =
        0;  ///< how many of them, from the front, have their payloads in the form of rows
    std::uint64_t last_attempt_ = 0;
    Timestamp now_{};
    Clock::time_point now_received_{};
    bool draining_ = false;
    bool gave_up_ = false;
    Clock::time_point last_beat_{};
    Clock::time_point next_beat_{};
    Clock::time_point next_claim_{};
    AdaptivePoll poll_;
    std::chrono::milliseconds trouble_pause_{50};
    std::atomic<int> running_count_{0};  ///< written by the thread
};

}  // namespace durable::worker
