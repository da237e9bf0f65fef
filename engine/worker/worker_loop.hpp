#pragma once
// The loop around the Dispatcher: feeds it what the other threads report, gives its orders to idle lanes and
// runners, and knows when to look again. Owns the Dispatcher; on one thread at a time (loop_turns.hpp).

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <variant>
#include <vector>

#include "engine/worker/adaptive_poll.hpp"
#include "engine/worker/control_loop.hpp"
#include "engine/worker/dispatcher.hpp"
#include "engine/worker/hot_lane.hpp"
#include "engine/worker/log.hpp"
#include "engine/worker/loop_turns.hpp"
#include "engine/worker/metrics.hpp"
#include "engine/worker/row_activities.hpp"
#include "engine/worker/service_manager.hpp"
#include "engine/worker/vitals.hpp"
#include "engine/worker/worker.hpp"

namespace durable::worker {

class WorkerLoop final : public Loop {
  public:
    /// What it gives orders to; all outlive it.
    struct Surroundings {
        LoopMailbox mailbox;
        std::vector<std::unique_ptr<Lane>>& lanes;
        AttemptRunner& async;
        AttemptRunner& pool;
        RowActivities* rows;  ///< null without the activities' role
        store::Notifier& notifier;
        const TrustWindow& trust;
        const ActivityRegistry& activities;
        Slots& async_slots;
        Slots& transactional_slots;
        Metrics& metrics;
        Vitals& vitals;
        const Log& log;
    };
    WorkerLoop(const WorkerOptions& options, DispatcherSettings settings, Surroundings around);

    void turn(std::vector<LoopMessage> messages) override;
    [[nodiscard]] Clock::time_point next_look_at() const override;
    [[nodiscard]] bool drained() const override;
    [[nodiscard]] bool has_only(const LoopMessage& news) const override;

  private:
    void handle(LoopMessage message);
    void lane_done(LaneDone done);
    void handle_result(CommitDone done);
    void handle_result(LoadDone done);
    void handle_result(PollDone done);
    void handle_result(CompareDone done);
    void handle_result(ReleaseDone) {}
    void handle_result(DeliverDone done);
    void found(const store::Waiting& waiting);
    void registered(store::WorkerNo worker);
    void lost();
    void queue_paused(bool paused);
    void stop(std::chrono::milliseconds grace);

    void give_orders();
    [[nodiscard]] std::optional<std::size_t> free_lane() const;
    [[nodiscard]] int under_way() const;
    [[nodiscard]] std::optional<LaneJob> next_job();
    [[nodiscard]] Clock::time_point wait_for_others() const;
    [[nodiscard]] std::optional<LaneJob> next_look();
    [[nodiscard]] std::optional<LaneJob> late_claim();
    void start_attempts();
    void tell();
    void tell_of_started_runs();
    [[nodiscard]] bool tells_itself(const store::Batch& batch) const;
    void check_drain();
    void database_time(Timestamp now);
    [[nodiscard]] Timestamp estimated_now() const;
    [[nodiscard]] Clock::time_point when(Timestamp moment) const;
    void remember_wakes(const store::Batch& batch);

    const WorkerOptions& options_;
    Surroundings around_;
    Dispatcher dispatcher_;
    ServiceManager service_;
    store::WorkerNo worker_;
    bool registered_ = false;
    bool announced_ = false;

    Clock::time_point next_load_{};    ///< unless it is worth a trip before
    Clock::time_point next_commit_{};  ///< likewise
    bool claim_wanted_ = true;
    bool claim_under_way_ = false;
    bool claims_take_all_ = false;  ///< the last one did, but for what somebody held
    bool late_seen_ = false;        ///< by the control connection's look
    Clock::time_point next_patient_claim_{};
    Clock::time_point next_claim_{};
    AdaptivePoll claim_poll_;
    std::vector<int> orders_;  ///< of each lane, under way
    Clock::time_point next_lone_telling_{};
    bool untold_ends_ = false;  ///< waiters have not been told of runs that have closed
    bool messages_wanted_ = false;
    bool message_poll_under_way_ = false;
    Clock::time_point next_message_poll_{};
    Clock::time_point next_announced_poll_{};
    bool delivery_under_way_ = false;
    Clock::time_point next_delivery_{};
    Clock::time_point next_compare_{};
    int quick_compares_ = 0;
    /// When runs released here are due: claimed by then without waiting for the poll.
    std::set<Timestamp> wakes_;
    Clock::time_point time_received_{};

    bool stopping_ = false;
    bool gave_up_ = false;
    Clock::time_point grace_until_{};
};

}  // namespace durable::worker
