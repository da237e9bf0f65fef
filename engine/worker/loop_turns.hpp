#pragma once
// Whose turn it is to go round the worker's loop. As a rule it is its own thread's, which sleeps until the mailbox has
// something. While it sleeps and nothing else goes on, whoever has news goes round in its place: waking a thread takes
// longer than what there is to do, and a single run passes through here five times.

#include <chrono>
#include <mutex>
#include <utility>
#include <variant>
#include <vector>

#include "engine/worker/control_loop.hpp"
#include "engine/worker/hot_lane.hpp"
#include "engine/worker/mailbox.hpp"

namespace durable::worker {

/// What the other threads tell the loop.
struct RegisteredAs {
    store::WorkerNo worker;
};
struct RegistrationLost {};
struct StopRequested {
    std::chrono::milliseconds grace;
};
/// Somebody has gone round meanwhile, and there is something to do sooner than the sleeper knows.
struct LookAgain {};
using LoopMessage = std::variant<LaneDone, Settled, store::ControlConnection::Wakeup, store::Waiting,
                                 RegisteredAs, RegistrationLost, StopRequested, LookAgain>;
/// Shared, because the runners' callbacks may come after the loop's end.
using LoopMailbox = std::shared_ptr<Mailbox<LoopMessage>>;

/// What is gone round; on one thread at a time.
class Loop {
  public:
    using Clock = std::chrono::steady_clock;

    Loop() = default;
    virtual ~Loop() = default;
    Loop(const Loop&) = delete;
    Loop& operator=(const Loop&) = delete;

    /// One time round: takes note of what has happened, gives orders. Waits for nothing.
    virtual void turn(std::vector<LoopMessage> messages) = 0;
    /// When there is something to do although nothing has happened.
    [[nodiscard]] virtual Clock::time_point next_look_at() const = 0;
    /// Nothing is left to go round for.
    [[nodiscard]] virtual bool drained() const = 0;
    /// Whether that news is all there is: nothing is under way that will bring more.
    [[nodiscard]] virtual bool has_only(const LoopMessage& news) const = 0;
};

/// Thread-safe. Outlives the loop and all who bring news.
class LoopTurns {
  public:
    explicit LoopTurns(LoopMailbox mailbox) : mailbox_(std::move(mailbox)) {}

    /// On the loop's own thread: until it is drained. Afterwards news stays in the mailbox.
    void run(Loop& loop);
    /// The news is acted upon on this thread before this returns, or left in the mailbox for the loop's. Not from
    /// within a turn.
    void bring(LoopMessage news);

  private:
    [[nodiscard]] bool go_round(LoopMessage& news);

    LoopMailbox mailbox_;
    std::mutex turn_;                         ///< held while going round; guards the rest, and the loop
    Loop* loop_ = nullptr;                    ///< while it runs
    Loop::Clock::time_point sleeps_until_{};  ///< the loop's thread, unless the mailbox wakes it
};

}  // namespace durable::worker
