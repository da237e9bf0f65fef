#pragma once
// wait_until: conditions that are looked at when everything that arrived is delivered and all coroutines
// wait.

#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "engine/replay/timer_machine.hpp"

namespace durable::replay {

class ConditionMachine {
  public:
    explicit ConditionMachine(TimerMachine& timers) : timers_(timers) {}

    /// Resolved at once, without a timer, if the condition holds.
    [[nodiscard]] std::shared_ptr<detail::Operation> wait(std::function<bool()> condition,
                                                          std::optional<Duration> timeout,
                                                          std::source_location where);
    /// Makes the longest waiting coroutine ready whose condition holds or whose time is over; false if there
    /// is none. One at a time: what it does may undo the condition of the next.
    [[nodiscard]] bool wake_one();

  private:
    class WaitOperation;

    TimerMachine& timers_;
    std::list<std::shared_ptr<WaitOperation>> waiting_;  ///< in the order in which they began to wait
};

}  // namespace durable::replay
