#include "engine/replay/machine.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "engine/replay/lineage.hpp"

namespace durable::replay {
namespace {

using namespace history;

bool failed_outside(const Event& end) {
    const auto* failed = std::get_if<WorkflowFailed>(&end);
    return failed != nullptr && failed->outside;
}

/// Ends that are written without running any code.
bool ends_from_outside(const Activation& activation) {
    return activation.commands.size() == 1 &&
           (std::holds_alternative<WorkflowTerminated>(activation.commands[0]) ||
            std::holds_alternative<WorkflowTimedOut>(activation.commands[0]) ||
            failed_outside(activation.commands[0]));
}

RunStatus status_after(const Event& end) {
    if (std::holds_alternative<WorkflowCompleted>(end)) return RunStatus::completed;
    if (std::holds_alternative<WorkflowFailed>(end)) return RunStatus::failed;
    if (std::holds_alternative<WorkflowCanceled>(end)) return RunStatus::canceled;
    if (std::holds_alternative<WorkflowTimedOut>(end)) return RunStatus::timed_out;
    if (std::holds_alternative<WorkflowContinuedAsNew>(end)) return RunStatus::continued_as_new;
    return RunStatus::terminated;
}

std::optional<Timestamp> earlier(const std::optional<Timestamp>& left,
                                 const std::optional<Timestamp>& right) {
    if (!left || !right) return left ? left : right;
    return std::min(*left, *right);
}

Blocked broken_history(std::string reason) {
    return Blocked{.kind = Blocked::Kind::mismatch, .reason = std::move(reason), .mismatch = std::nullopt};
}

}  // namespace

Execution::Machine::Machine(const WorkflowRegistry& registry, RunId run, std::string build)
    : registry_(registry),
      run_(run),
      build_(std::move(build)),
      random_(run.value),
      workflow_(*this),
      activities_(commands_),
      timers_(commands_),
      conditions_(timers_),
      search_(commands_),
      children_(commands_, run),
      semaphores_(commands_),
      externals_(commands_),
      patches_(commands_),
      updates_(*this, commands_, queries_) {
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
        if (std::optional<Blocked> blocked = unexpected_in(recorded)) return blocked;
        const auto arrived = static_cast<std::int32_t>(recorded.arrived.size());
        commands_.begin_replay(EventId{next_event_.value + arrived}, time_, recorded);
        begin_turn(next_event_);
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
    begin_turn(next_event_);
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
    info_.attempt = started.attempt;
    info_.run_deadline = started.run_deadline;
    if (started.parent) info_.parent = {started.parent->run, WorkflowId{started.parent->workflow_id}};
    info_.continued_from = started.continued_from;
    info_.scheduled_for = started.scheduled_for;
    info_.previous_result = started.previous_result;
    info_.previous_failure = started.previous_failure;
    // At least the smallest duration there is: zero would mean that there is no limit.
    if (started.run_deadline) run_timeout_ = std::max(*started.run_deadline - time, Duration{1});
    for (const SignalReceived& signal : started.signals) signals_.received(signal);
    search_.begin(started.attributes);
}

void Execution::Machine::begin_turn(EventId first) {
    info_.history_events = first.value - 1;
    take_identity_at(first);
}

/// Copied history is replayed as the run that made it: with its random numbers, under its names. From the
/// point of the fork on the run is itself.
void Execution::Machine::take_identity_at(EventId event) {
    if (!started_.forked) return;
    for (const CopiedStretch& stretch : started_.forked->copied) {
        if (event <= stretch.last) return be(stretch.run, stretch.workflow_id);
    }
    be(run_, started_.workflow_id);
    info_.run_deadline = run_deadline();
}

void Execution::Machine::be(RunId run, const std::string& workflow_id) {
    if (info_.run == run) return;
    info_.run = run;
    info_.workflow = WorkflowId{workflow_id};
    random_ = Random{run.value};
}

void Execution::Machine::close(const Event& last_command) {
    if (is_end(last_command)) status_ = status_after(last_command);
}

// --- time ------------------------------------------------------------------------------------------------

std::vector<Event> Execution::Machine::due_timers(Timestamp now) const {
    std::vector<Event> events;
    if (status_ != RunStatus::running) return events;
    for (const EventId timer : timers_.due(now)) events.emplace_back(TimerFired{timer});
    return events;
}

std::optional<Timestamp> Execution::Machine::wake_at() const {
    if (status_ != RunStatus::running) return std::nullopt;
    return earlier(timers_.earliest(), deadline());
}

std::optional<Timestamp> Execution::Machine::deadline() const {
    return earlier(run_deadline(), execution_deadline());
}

const std::optional<Timestamp>& Execution::Machine::run_deadline() const {
    const bool anew = started_.forked && started_.forked->run_deadline;
    return anew ? started_.forked->run_deadline : started_.run_deadline;
}

const std::optional<Timestamp>& Execution::Machine::execution_deadline() const {
    const bool anew = started_.forked && started_.forked->execution_deadline;
    return anew ? started_.forked->execution_deadline : started_.execution_deadline;
}

// --- running the code ------------------------------------------------------------------------------------

void Execution::Machine::run_code() {
    do {
        drain_ready();
    } while (wake_condition());
    issue_end_if_over();
}

/// Once the workflow's own coroutine has ended, so has the run: handlers of updates do not go on.
void Execution::Machine::drain_ready() {
    while (first_ready_ != nullptr && !commands_.blocked() && !root_.promise()->self.done()) {
        current_ = std::exchange(first_ready_, first_ready_->next_ready);
        if (first_ready_ == nullptr) last_ready_ = nullptr;
        current_->next_ready = nullptr;
        current_->self.resume();
    }
    current_ = nullptr;
}

bool Execution::Machine::wake_condition() {
    if (commands_.blocked() || root_.promise()->self.done()) return false;
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
    } catch (const ContinueAsNew& onward) {
        return continuation(onward);
    } catch (const Canceled& canceled) {
        if (!root_scope_.canceled()) return failed(bounded(canceled.failure()));
        return WorkflowCanceled{bounded(canceled.failure())};
    } catch (const DurableError& error) {
        return failed(bounded(error.failure()));
    } catch (const DecodeError& bad) {
        undecodable(std::string{"input: "} + bad.what());
    } catch (...) {
        escaped(error);
    }
    return std::nullopt;
}

/// What is recorded stays, whoever replays it: the next attempt, if there is one, has begun with it.
WorkflowFailed Execution::Machine::failed(Failure failure) const {
    WorkflowFailed end{std::move(failure)};
    if (const Event* recorded = commands_.recorded_next()) {
        if (const auto* same = std::get_if<WorkflowFailed>(recorded)) end.next = same->next;
        return end;
    }
    end.next =
        next_attempt({run_, run_, started_}, end.failure, commands_.next_id(), time_, root_scope_.canceled());
    if (end.next) end.next->signals = signals_.unread();
    return end;
}

/// A cancel request that came after the code had decided to go on (while other branches came to their end) is
/// not lost: it wins.
std::optional<Event> Execution::Machine::continuation(const ContinueAsNew& onward) {
    if (root_scope_.canceled() && !onward.despite_cancel_request()) {
        return WorkflowCanceled{bounded(Canceled(root_scope_.reason()).failure())};
    }
    if (!commands_.replaying()) {
        try {
            registry_.check_input(started_.type, onward.input());
        } catch (const DecodeError& error) {
            commands_.block(Blocked::Kind::invalid_command,
                            "continue_as_new at " + source_text(onward.where()) + " with an input that " +
                                started_.type + " cannot take: " + error.what());
            return std::nullopt;
        }
    }
    WorkflowContinuedAsNew end{.run = next_run(),
                               .type = started_.type,
                               .input = onward.input(),
                               .signals = signals_.unread(),
                               .run_timeout = started_.run_timeout,
                               .attributes = search_.all()};
    if (!end.run_timeout && started_.run_deadline) end.run_timeout = run_timeout_;
    return end;
}

/// On replay what was recorded, so that ids stay even if one day they are made in another way.
RunId Execution::Machine::next_run() const {
    const Event* recorded = commands_.recorded_next();
    const auto* same = recorded != nullptr ? std::get_if<WorkflowContinuedAsNew>(recorded) : nullptr;
    return same != nullptr ? same->run : derived_run(info_.run, commands_.next_id(), time_);
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
    } catch (const ContinueAsNew&) {
        return "continue_as_new was called where only reading is allowed";
    } catch (const std::exception& error) {
        return std::string{"an exception left the workflow's code: "} + error.what();
    } catch (...) {
        return "something that is not even a std::exception left the workflow's code";
    }
}

std::size_t Execution::Machine::memory_estimate() const {
    constexpr std::size_t frames_and_tables = 8192;
    return frames_and_tables + started_.input.json.size() + activities_.memory_estimate() +
           children_.memory_estimate() + signals_.memory_estimate() + updates_.memory_estimate();
}

}  // namespace durable::replay
