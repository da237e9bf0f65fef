#pragma once
// Timers of one run, and the sleeps that wait for them. Conditions with a time-out own timers too.

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "engine/replay/commands.hpp"
#include "engine/workflow/runtime.hpp"

namespace durable::replay {

/// Told once when its timer fires; not when it is cancelled.
class TimerOwner {
  public:
    virtual ~TimerOwner() = default;
    virtual void fired() = 0;
};

class TimerMachine {
  public:
    explicit TimerMachine(Commands& commands) : commands_(commands) {}

    /// A sleep: issues TimerStarted.
    [[nodiscard]] std::shared_ptr<detail::Operation> sleep(Duration delay, std::source_location where);
    /// Issues TimerStarted on behalf of `owner`. A negative delay is zero.
    EventId start(Duration delay, std::weak_ptr<TimerOwner> owner, std::source_location where);
    /// Issues TimerCanceled if the timer is pending.
    void cancel(EventId started, std::source_location where);

    void fired(const history::TimerFired& event);

    [[nodiscard]] bool is_pending(EventId started) const { return pending_.contains(started); }
    [[nodiscard]] std::optional<Timestamp> earliest() const;
    /// Those due at `now`, earliest first.
    [[nodiscard]] std::vector<EventId> due(Timestamp now) const;

  private:
    struct Timer {
        Timestamp due;
        std::weak_ptr<TimerOwner> owner;
    };

    Commands& commands_;
    std::map<EventId, Timer> pending_;
    std::set<std::pair<Timestamp, EventId>> by_due_;
};

}  // namespace durable::replay
