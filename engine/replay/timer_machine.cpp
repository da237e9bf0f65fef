#include "engine/replay/timer_machine.hpp"

#include <algorithm>
#include <limits>

namespace durable::replay {
namespace {

/// A timer that would overflow the calendar rings at the end of it.
Timestamp saturated(Timestamp now, Duration delay) {
    const Duration room = Duration::max() - std::max(now.time_since_epoch(), Duration::zero());
    return now + std::min(delay, room);
}

class SleepOperation final : public detail::Operation, public TimerOwner {
  public:
    SleepOperation(TimerMachine& timers, std::source_location where) : Operation(where), timers_(timers) {}

    void started_as(EventId id, Timestamp due) {
        id_ = id;
        due_ = due;
    }
    void fired() override {
        if (!resolved()) resolve(Payload{});
    }
    void cancel(const std::string& reason) override {
        if (resolved()) return;
        timers_.cancel(id_, called_at());
        resolve(Failure{.kind = FailureKind::canceled, .message = reason, .retryable = false});
    }
    [[nodiscard]] std::string describe() const override {
        return "timer due " + durable::to_string(due_) + " (event " + std::to_string(id_.value) + ')';
    }

  private:
    TimerMachine& timers_;
    EventId id_;
    Timestamp due_;
};

}  // namespace

std::shared_ptr<detail::Operation> TimerMachine::sleep(Duration delay, std::source_location where) {
    auto operation = std::make_shared<SleepOperation>(*this, where);
    const EventId id = start(delay, operation, where);
    operation->started_as(id, saturated(commands_.time(), std::max(delay, Duration::zero())));
    return operation;
}

EventId TimerMachine::start(Duration delay, std::weak_ptr<TimerOwner> owner, std::source_location where) {
    history::TimerStarted command;
    command.delay = std::max(delay, Duration::zero());
    command.due = saturated(commands_.time(), command.delay);
    if (!commands_.replaying()) command.source = source_text(where);
    Timer timer{.due = command.due, .owner = std::move(owner)};
    const EventId id = commands_.issue(std::move(command), where);
    if (commands_.blocked()) return id;
    by_due_.emplace(timer.due, id);
    pending_.emplace_hint(pending_.end(), id, std::move(timer));
    return id;
}

void TimerMachine::cancel(EventId started, std::source_location where) {
    const auto found = pending_.find(started);
    if (found == pending_.end()) return;
    by_due_.erase({found->second.due, started});
    pending_.erase(found);
    commands_.issue(history::TimerCanceled{started}, where);
}

void TimerMachine::fired(const history::TimerFired& event) {
    const auto node = pending_.extract(event.started);
    if (!node) return;
    by_due_.erase({node.mapped().due, event.started});
    if (const std::shared_ptr<TimerOwner> owner = node.mapped().owner.lock()) owner->fired();
}

std::optional<Timestamp> TimerMachine::earliest() const {
    if (by_due_.empty()) return std::nullopt;
    return by_due_.begin()->first;
}

std::vector<EventId> TimerMachine::due(Timestamp now) const {
    std::vector<EventId> due;
    for (const auto& [time, id] : by_due_) {
        if (time > now) break;
        due.push_back(id);
    }
    return due;
}

}  // namespace durable::replay
