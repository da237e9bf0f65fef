#include "engine/replay/condition_machine.hpp"

#include <utility>

#include "engine/workflow/codec.hpp"

namespace durable::replay {

class ConditionMachine::WaitOperation final : public detail::Operation, public TimerOwner {
  public:
    WaitOperation(TimerMachine& timers, std::function<bool()> condition, std::source_location where)
        : Operation(where), timers_(timers), condition_(std::move(condition)) {}

    [[nodiscard]] bool holds() const { return condition_(); }
    [[nodiscard]] bool expired() const noexcept { return expired_; }
    void timer_is(EventId timer) { timer_ = timer; }
    void finish(bool held) {
        stop_timer();
        resolve(encode(held));
    }

    void fired() override {
        timer_.reset();
        expired_ = true;
    }
    void cancel(const std::string& reason) override {
        if (resolved()) return;
        stop_timer();
        resolve(Failure{.kind = FailureKind::canceled, .message = reason, .retryable = false});
    }
    [[nodiscard]] std::string describe() const override {
        return timer_ ? "condition, at most until timer (event " + std::to_string(timer_->value) + ')'
                      : "condition";
    }

  private:
    void stop_timer() {
        if (timer_) timers_.cancel(*std::exchange(timer_, std::nullopt), called_at());
    }

    TimerMachine& timers_;
    std::function<bool()> condition_;
    std::optional<EventId> timer_;
    bool expired_ = false;
};

std::shared_ptr<detail::Operation> ConditionMachine::wait(std::function<bool()> condition,
                                                          std::optional<Duration> timeout,
                                                          std::source_location where) {
    auto operation = std::make_shared<WaitOperation>(timers_, std::move(condition), where);
    if (operation->holds()) {
        operation->finish(true);
        return operation;
    }
    if (timeout) operation->timer_is(timers_.start(*timeout, operation, where));
    waiting_.push_back(operation);
    return operation;
}

bool ConditionMachine::wake_one() {
    waiting_.remove_if([](const auto& operation) { return operation->resolved(); });
    for (auto place = waiting_.begin(); place != waiting_.end(); ++place) {
        const bool holds = (*place)->holds();
        if (!holds && !(*place)->expired()) continue;
        const std::shared_ptr<WaitOperation> operation = *place;
        waiting_.erase(place);
        operation->finish(holds);
        return true;
    }
    return false;
}

}  // namespace durable::replay
