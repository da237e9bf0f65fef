#include "engine/replay/machine.hpp"

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

namespace durable::replay {
namespace {

using namespace history;

/// An operation of a cancelled scope: over before it began.
class CanceledOperation final : public detail::Operation {
  public:
    CanceledOperation(const std::string& reason, std::source_location where) : Operation(where) {
        resolve(Failure{.kind = FailureKind::canceled, .message = reason, .retryable = false});
    }
    void cancel(const std::string&) override {}
    [[nodiscard]] std::string describe() const override { return "cancelled"; }
};

/// What a blocked activation's code gets: it waits until it is destroyed.
class NeverOperation final : public detail::Operation {
  public:
    using Operation::Operation;
    void cancel(const std::string&) override {}
    [[nodiscard]] std::string describe() const override { return "nothing: the activation is blocked"; }
};

/// Ends that are written without running any code.
bool ends_from_outside(const Activation& activation) {
    return activation.commands.size() == 1 &&
           (std::holds_alternative<WorkflowTerminated>(activation.commands[0]) ||
            std::holds_alternative<WorkflowTimedOut>(activation.commands[0]));
}

RunStatus status_after(const Event& end) {
    if (std::holds_alternative<WorkflowCompleted>(end)) return RunStatus::completed;
    if (std::holds_alternative<WorkflowFailed>(end)) return RunStatus::failed;
    if (std::holds_alternative<WorkflowCanceled>(end)) return RunStatus::canceled;
    if (std::holds_alternative<WorkflowTimedOut>(end)) return RunStatus::timed_out;
    return RunStatus::terminated;
}

Blocked broken_history(std::string reason) {
    return Blocked{.kind = Blocked::Kind::mismatch, .reason = std::move(reason), .mismatch = std::nullopt};
}

}  // namespace

Execution::Machine::Machine(const WorkflowRegistry& registry, RunId run, std::string build)
    : registry_(registry),
      build_(std::move(build)),
      random_(run.value),
      workflow_(*this),
      activities_(commands_),
      timers_(commands_),
      conditions_(timers_) {
    info_.run = run;
}

// --- activations -----------------------------------------------------------------------------------------

std::optional<Blocked> Execution::Machine::replay(const Activation& recorded) {
    if (activations_ == 0) return replay_start(recorded);
    const bool continuous = recorded.first_event == next_event_ && recorded.event_count() > 0;
    if (!continuous || status_ != RunStatus::running) {
        return broken_history("the history is not continuous at event " +
                              std::to_string(recorded.first_event.value));
    }
    time_ = std::max(time_, recorded.time);
    if (!ends_from_outside(recorded)) {
        const auto arrived = static_cast<std::int32_t>(recorded.arrived.size());
        commands_.begin_replay(EventId{next_event_.value + arrived}, time_, recorded);
        deliver(recorded.arrived);
        run_code();
        if (first_activation() && arrived == 0) commands_.say_started_if_silent();
        if (std::optional<Blocked> blocked = commands_.finish()) return blocked;
    }
    next_event_ = recorded.next_event();
    ++activations_;
    if (!recorded.commands.empty()) close(recorded.commands.back());
    return std::nullopt;
}

Execution::Result Execution::Machine::activate(std::vector<Event> arrived, Timestamp now) {
    if (activations_ == 0 || status_ != RunStatus::running) {
        throw std::logic_error(
            "activate() needs an open run that has been replayed up to its last activation");
    }
    Activated result;
    result.activation.first_event = next_event_;
    result.activation.build = build_;
    result.activation.time = time_;
    result.activation.arrived = expected_of(std::move(arrived));
    if (result.activation.arrived.empty() && !first_activation()) {
        result.wake_at = wake_at();
        return {std::move(result), std::nullopt};
    }
    result.activation.time = time_ = std::max(time_, now);
    const auto count = static_cast<std::int32_t>(result.activation.arrived.size());
    commands_.begin_live(EventId{next_event_.value + count}, time_);
    deliver(result.activation.arrived);
    run_code();
    if (first_activation() && count == 0) commands_.say_started_if_silent();
    if (std::optional<Blocked> blocked = commands_.finish()) return {std::nullopt, std::move(blocked)};
    result.activation.commands = commands_.take();
    next_event_ = result.activation.next_event();
    ++activations_;
    if (!result.activation.commands.empty()) close(result.activation.commands.back());
    result.status = status_;
    result.wake_at = wake_at();
    return {std::move(result), std::nullopt};
}

std::optional<Blocked> Execution::Machine::replay_start(const Activation& recorded) {
    const auto* started =
        recorded.arrived.size() == 1 ? std::get_if<WorkflowStarted>(&recorded.arrived[0]) : nullptr;
    if (started == nullptr || recorded.first_event != EventId{1} || !recorded.commands.empty()) {
        return broken_history("the history does not begin with WorkflowStarted as event 1");
    }
    const WorkflowRegistry::Function* function = registry_.find(started->type);
    if (function == nullptr) {
        return Blocked{.kind = Blocked::Kind::unknown_type,
                       .reason = "build " + build_ + " has no workflow called \"" + started->type + '"',
                       .mismatch = std::nullopt};
    }
    begin(*started, recorded.time);
    next_event_ = recorded.next_event();
    activations_ = 1;
    root_ = (*function)(workflow_, started_.input);
    return std::nullopt;
}

void Execution::Machine::begin(const WorkflowStarted& started, Timestamp time) {
    started_ = started;
    time_ = time;
    info_.workflow = WorkflowId{started.workflow_id};
    info_.type = started.type;
    info_.tenant = Tenant{started.tenant};
    info_.queue = started.queue;
    info_.started_at = time;
    info_.run_deadline = started.run_deadline;
    // At least the smallest duration there is: zero would mean that there is no limit.
    if (started.run_deadline) run_timeout_ = std::max(*started.run_deadline - time, Duration{1});
}

void Execution::Machine::close(const Event& last_command) {
    if (is_end(last_command)) status_ = status_after(last_command);
}

// --- what arrives ----------------------------------------------------------------------------------------

bool Execution::Machine::expects(const Event& event) const {
    if (status_ != RunStatus::running) return false;
    if (const auto* completed = std::get_if<ActivityCompleted>(&event)) {
        return activities_.is_pending(completed->scheduled);
    }
    if (const auto* failed = std::get_if<history::ActivityFailed>(&event)) {
        return activities_.is_pending(failed->scheduled);
    }
    if (const auto* fired = std::get_if<TimerFired>(&event)) return timers_.is_pending(fired->started);
    if (std::holds_alternative<CancelRequested>(event)) return !root_scope_.canceled();
    return std::holds_alternative<SignalReceived>(event);
}

/// Without what nobody expects, or only once: a second result of the same activity, a second cancel request.
std::vector<Event> Execution::Machine::expected_of(std::vector<Event> arrived) const {
    std::set<std::int32_t> finished;
    bool canceled = false;
    std::erase_if(arrived, [&](Event& event) {
        if (!expects(event)) return true;
        if (const auto* completed = std::get_if<ActivityCompleted>(&event)) {
            return !finished.insert(completed->scheduled.value).second;
        }
        if (auto* failed = std::get_if<history::ActivityFailed>(&event)) {
            failed->failure = bounded(std::move(failed->failure));
            return !finished.insert(failed->scheduled.value).second;
        }
        if (const auto* fired = std::get_if<TimerFired>(&event))
            return !finished.insert(fired->started.value).second;
        return std::holds_alternative<CancelRequested>(event) && std::exchange(canceled, true);
    });
    return arrived;
}

void Execution::Machine::deliver(const std::vector<Event>& arrived) {
    for (const Event& event : arrived) deliver(event);
    if (!first_activation()) return;
    detail::PromiseBase& root = *root_.promise();
    root.runtime = this;
    root.scope = &root_scope_;
    post(root);
}

void Execution::Machine::deliver(const Event& event) {
    if (const auto* completed = std::get_if<ActivityCompleted>(&event))
        return activities_.completed(*completed);
    if (const auto* failed = std::get_if<history::ActivityFailed>(&event)) return activities_.failed(*failed);
    if (const auto* fired = std::get_if<TimerFired>(&event)) return timers_.fired(*fired);
    if (const auto* signal = std::get_if<SignalReceived>(&event)) return signals_.received(*signal);
    if (const auto* cancel = std::get_if<CancelRequested>(&event)) return root_scope_.cancel(cancel->reason);
    commands_.block(Blocked::Kind::mismatch,
                    std::string{kind_name(event)} + " cannot arrive in a running workflow");
}

std::vector<Event> Execution::Machine::due_timers(Timestamp now) const {
    std::vector<Event> events;
    if (status_ != RunStatus::running) return events;
    for (const EventId timer : timers_.due(now)) events.emplace_back(TimerFired{timer});
    return events;
}

std::optional<Timestamp> Execution::Machine::wake_at() const {
    if (status_ != RunStatus::running) return std::nullopt;
    const std::optional<Timestamp> timer = timers_.earliest();
    if (!timer || !started_.run_deadline) return timer ? timer : started_.run_deadline;
    return std::min(*timer, *started_.run_deadline);
}

// --- running the code ------------------------------------------------------------------------------------

void Execution::Machine::run_code() {
    do {
        drain_ready();
    } while (wake_condition());
    issue_end_if_over();
}

void Execution::Machine::drain_ready() {
    while (first_ready_ != nullptr && !commands_.blocked()) {
        current_ = std::exchange(first_ready_, first_ready_->next_ready);
        if (first_ready_ == nullptr) last_ready_ = nullptr;
        current_->next_ready = nullptr;
        current_->self.resume();
    }
    current_ = nullptr;
}

bool Execution::Machine::wake_condition() {
    if (commands_.blocked()) return false;
    try {
        return conditions_.wake_one();
    } catch (...) {
        escaped(std::current_exception());
        return false;
    }
}

void Execution::Machine::issue_end_if_over() {
    if (commands_.blocked() || !root_.promise()->self.done()) return;
    detail::Promise<Payload>& root = *root_.promise();
    std::optional<Event> end =
        root.error ? end_by_exception(root.error) : std::optional<Event>{WorkflowCompleted{*root.value}};
    if (end) commands_.issue(*std::move(end), root.awaits_at);
}

/// The event that ends the run; none if the exception is a bug, which blocks instead.
std::optional<Event> Execution::Machine::end_by_exception(std::exception_ptr error) {
    try {
        std::rethrow_exception(error);
    } catch (const Canceled& canceled) {
        if (!root_scope_.canceled()) return WorkflowFailed{bounded(canceled.failure())};
        return WorkflowCanceled{bounded(canceled.failure())};
    } catch (const DurableError& failed) {
        return WorkflowFailed{bounded(failed.failure())};
    } catch (const DecodeError& bad) {
        undecodable(std::string{"input: "} + bad.what());
    } catch (...) {
        escaped(error);
    }
    return std::nullopt;
}

void Execution::Machine::undecodable(std::string problem) {
    commands_.block(Blocked::Kind::undecodable, std::move(problem));
}

void Execution::Machine::escaped(std::exception_ptr exception) {
    commands_.block(Blocked::Kind::escaped_exception, exception_text(exception));
}

std::string exception_text(const std::exception_ptr& exception) {
    try {
        std::rethrow_exception(exception);
    } catch (const std::exception& error) {
        return std::string{"an exception left the workflow's code: "} + error.what();
    } catch (...) {
        return "something that is not even a std::exception left the workflow's code";
    }
}

std::size_t Execution::Machine::memory_estimate() const {
    constexpr std::size_t frames_and_tables = 8192;
    return frames_and_tables + started_.input.json.size() + activities_.memory_estimate() +
           signals_.memory_estimate();
}

// --- what the code asks for ------------------------------------------------------------------------------

void Execution::Machine::post(detail::PromiseBase& coroutine) {
    (last_ready_ != nullptr ? last_ready_->next_ready : first_ready_) = &coroutine;
    last_ready_ = &coroutine;
}

detail::Scope& Execution::Machine::current_scope() {
    return current_ != nullptr ? *current_->scope : root_scope_;
}

/// Gives a fresh operation to the scope that is running; null if nothing may be started there.
std::shared_ptr<detail::Operation> Execution::Machine::joined(std::shared_ptr<detail::Operation> operation) {
    if (!operation->resolved()) operation->join(current_scope());
    return operation;
}

std::shared_ptr<detail::Operation> Execution::Machine::schedule_activity(detail::ActivityCall call) {
    if (commands_.blocked()) return std::make_shared<NeverOperation>(call.where);
    const detail::Scope& scope = current_scope();
    if (scope.canceled()) return std::make_shared<CanceledOperation>(scope.reason(), call.where);
    return joined(activities_.schedule(std::move(call), run_timeout_));
}

std::shared_ptr<detail::Operation> Execution::Machine::start_timer(Duration delay,
                                                                   std::source_location where) {
    if (commands_.blocked()) return std::make_shared<NeverOperation>(where);
    const detail::Scope& scope = current_scope();
    if (scope.canceled()) return std::make_shared<CanceledOperation>(scope.reason(), where);
    return joined(timers_.sleep(delay, where));
}

std::shared_ptr<detail::Operation> Execution::Machine::wait_until(std::function<bool()> condition,
                                                                  std::optional<Duration> timeout,
                                                                  std::source_location where) {
    if (commands_.blocked()) return std::make_shared<NeverOperation>(where);
    const detail::Scope& scope = current_scope();
    if (scope.canceled()) return std::make_shared<CanceledOperation>(scope.reason(), where);
    return joined(conditions_.wait(std::move(condition), timeout, where));
}

std::shared_ptr<detail::Operation> Execution::Machine::receive(std::string_view signal,
                                                               std::source_location where) {
    if (commands_.blocked()) return std::make_shared<NeverOperation>(where);
    const detail::Scope& scope = current_scope();
    if (scope.canceled()) return std::make_shared<CanceledOperation>(scope.reason(), where);
    return joined(signals_.receive(signal, where));
}

std::optional<Payload> Execution::Machine::try_receive(std::string_view signal) {
    return signals_.try_receive(signal);
}

Payload Execution::Machine::side_effect(const std::function<Payload()>& effect, std::source_location where) {
    if (commands_.blocked()) throw Stopped{};
    SideEffectRecorded command;
    if (commands_.replaying()) {
        const Event* recorded = commands_.recorded_next();
        const auto* same = recorded != nullptr ? std::get_if<SideEffectRecorded>(recorded) : nullptr;
        if (same != nullptr) command.value = same->value;
    } else {
        command = {.value = value_of(effect), .source = source_text(where)};
    }
    if (!commands_.blocked()) commands_.issue(command, where);
    if (commands_.blocked()) throw Stopped{};
    return std::move(command.value);
}

/// What throws has no value that could be recorded: the activation is blocked, and will be tried again.
Payload Execution::Machine::value_of(const std::function<Payload()>& effect) {
    try {
        return effect();
    } catch (...) {
        escaped(std::current_exception());
        return {};
    }
}

}  // namespace durable::replay
