#pragma once
// One async attempt while it runs: what the implementation sees of it, its time-outs, and its single report.
// Lives on the runner's thread.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <vector>

#include "engine/worker/async_runner.hpp"

namespace durable::worker {

class RunningAttempt final : public ActivityContext, public std::enable_shared_from_this<RunningAttempt> {
  public:
    RunningAttempt(Attempt attempt, const AsyncActivity& activity, const TrustWindow& trust,
                   boost::asio::any_io_executor executor, std::function<void(Settled)> report);

    /// The attempt itself, to its report or, after a time-out, its end. Once.
    static boost::asio::awaitable<void> run(std::shared_ptr<RunningAttempt> self);
    /// It has to wait for something: its time-outs are armed, and who abandons it is heeded, by a signal to its
    /// coroutine.
    void watch(std::weak_ptr<boost::asio::cancellation_signal> coroutine);

    // What the implementation sees
    [[nodiscard]] const ActivityInfo& info() const override { return attempt_.info; }
    [[nodiscard]] std::stop_token stop_token() const override { return attempt_.control->asked(); }
    [[nodiscard]] std::chrono::steady_clock::time_point deadline() const override;
    void heartbeat(Payload details) override;
    [[nodiscard]] const Payload& heartbeat_details() const override { return attempt_.heartbeat_details; }
    [[nodiscard]] boost::asio::any_io_executor executor() const override { return executor_; }
    [[nodiscard]] std::string completion_token() const override;
    [[noreturn]] void complete_later() override;

  private:
    using Clock = std::chrono::steady_clock;
    /// Unless an earlier one has had its effect.
    static boost::asio::awaitable<void> make(std::shared_ptr<RunningAttempt> self);
    static boost::asio::awaitable<void> attempt_it(std::shared_ptr<RunningAttempt> self);
    /// True when the attempt is to be made (now).
    static boost::asio::awaitable<bool> reconcile(std::shared_ptr<RunningAttempt> self);

    void set_deadlines();
    void arm();
    void timer_fired();
    [[nodiscard]] std::optional<TimeoutType> expired(Clock::time_point now) const;
    void time_out(TimeoutType type);
    [[nodiscard]] bool still_ours() const;
    [[nodiscard]] bool may_send_again();
    void must_be_external() const;
    void report(AttemptOutcome::Kind kind, Payload result, Failure failure);

    Attempt attempt_;
    const AsyncActivity& activity_;
    const TrustWindow& trust_;
    boost::asio::any_io_executor executor_;
    std::function<void(Settled)> settled_;
    std::optional<boost::asio::steady_timer> timer_;                       ///< once it is watched
    std::optional<std::stop_callback<std::function<void()>>> on_abandon_;  ///< the same
    Clock::time_point started_ = Clock::now();
    Clock::time_point start_to_close_ = Clock::time_point::max();
    Clock::time_point schedule_to_close_ = Clock::time_point::max();
    Clock::time_point last_beat_ = started_;
    Payload details_;
    bool reported_ = false;
    bool ended_ = false;
};

using MakeRunning = std::function<std::shared_ptr<RunningAttempt>(Attempt)>;

/// Runs attempts, each made just before it begins; called on the executor's own thread. A coroutine costs as much as a
/// short activity: one carries them all, until an attempt has to wait. That one keeps it, the others go on in another.
void run_attempts(const boost::asio::any_io_executor& executor, std::vector<Attempt> attempts,
                  MakeRunning make);

}  // namespace durable::worker
