#pragma once
// Drives one workflow by hand: feed events, look at the commands. Every activation that it makes is also sent
// through the wire form and replayed from the beginning by a second Execution, which must agree; so each test
// of a verb is a test of its replay too. Both run under the determinism trap.

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine/replay/execution.hpp"
#include "engine/replay/lineage.hpp"
#include "engine/trap/determinism_trap.hpp"
#include "engine/workflow/registry.hpp"

namespace durable::test {

using namespace std::chrono_literals;

inline const RunId some_run{*Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000001")};
inline constexpr Timestamp some_day{std::chrono::sys_days{std::chrono::year{2026} / 1 / 15}};

class Script {
  public:
    using Execution = replay::Execution;

    template <class Input, class Output>
    Script(Task<Output> (*function)(Workflow&, Input), const Input& input,
           std::optional<Duration> run_timeout = {}) {
        registry_.add(WorkflowType<Input, Output>{"scripted"}, function);
        history::WorkflowStarted started{.type = "scripted",
                                         .workflow_id = "w-1",
                                         .tenant = "acme",
                                         .queue = "default",
                                         .input = encode(input),
                                         .run_deadline = {}};
        if (run_timeout) started.run_deadline = now + *run_timeout;
        history_.push_back(
            {.first_event = EventId{1}, .time = now, .build = "", .arrived = {started}, .commands = {}});
        begin();
    }
    /// The run begins as `started` says.
    template <class Input, class Output>
    Script(Task<Output> (*function)(Workflow&, Input), const history::WorkflowStarted& started) {
        registry_.add(WorkflowType<Input, Output>{started.type}, function);
        history_.push_back(
            {.first_event = EventId{1}, .time = now, .build = "", .arrived = {started}, .commands = {}});
        begin();
    }
    template <class Output>
    explicit Script(Task<Output> (*function)(Workflow&, Nothing)) : Script(function, Nothing{}) {}

    /// One activation. What the code did is in commands() then.
    template <class... Events>
    Script& feed(Events... arrived) {
        return feed_all({history::Event{std::move(arrived)}...});
    }
    Script& feed_all(std::vector<history::Event> arrived) {
        Execution::Result result = trap::activate(*execution_, std::move(arrived), now);
        if (result.blocked) {
            blocked_ = std::move(result.blocked);
            FAIL("blocked: " << blocked_->reason);
        }
        activated_ = std::move(result.activated);
        commands_ = activated_->activation.commands;
        if (activated_->activation.event_count() > 0) history_.push_back(activated_->activation);
        must_replay();
        return *this;
    }
    /// One activation that must be blocked.
    template <class... Events>
    replay::Blocked feed_blocked(Events... arrived) {
        Execution::Result result = execution_->activate({history::Event{std::move(arrived)}...}, now);
        REQUIRE(result.blocked);
        CHECK_FALSE(result.activated);
        return *result.blocked;
    }
    /// Time passes; the timers that are due by then fire in one activation.
    Script& wait(Duration duration) {
        now += duration;
        return feed_all(execution_->due_timers(now));
    }

    /// Result of an activity.
    template <class T>
    Script& complete(int scheduled, const T& result) {
        return feed(completed(scheduled, result));
    }
    template <class T>
    static history::ActivityCompleted completed(int scheduled, const T& result) {
        return {.scheduled = EventId{scheduled}, .result = encode(result)};
    }
    static history::ActivityFailed failed(int scheduled, const std::string& type) {
        Failure cause{.type = type, .message = "no luck"};
        Failure failure{.kind = FailureKind::activity, .activity = "work", .attempts = 3};
        failure.retry_state = RetryState::maximum_attempts;
        failure.cause = std::make_shared<const Failure>(std::move(cause));
        return {.scheduled = EventId{scheduled}, .failure = std::move(failure)};
    }
    template <class T>
    static history::SignalReceived signal(const std::string& name, const T& message) {
        return {.name = name, .input = encode(message), .request_id = {}};
    }
    static history::CancelRequested cancel(const std::string& reason) {
        return {.reason = reason, .identity = "ann"};
    }

    /// How the child that event `initiated` started was ordered. Fails if there is no such child.
    [[nodiscard]] const history::ChildInitiated& pending_child(int initiated) const {
        for (const replay::PendingChild& child : execution_->pending_children()) {
            if (child.initiated == EventId{initiated}) return *child.command;
        }
        throw std::logic_error("event " + std::to_string(initiated) + " has no pending child");
    }
    // News of that child.
    [[nodiscard]] history::ChildStarted child_started(int initiated) const {
        return {.initiated = EventId{initiated}, .run = run_of_child(initiated)};
    }
    [[nodiscard]] history::ChildStartFailed child_refused(int initiated) const {
        return replay::id_taken(EventId{initiated}, run_of_child(initiated));
    }
    template <class T>
    [[nodiscard]] history::ChildCompleted child_completed(int initiated, const T& result) const {
        return {.initiated = EventId{initiated}, .result = encode(result), .run = run_of_child(initiated)};
    }
    [[nodiscard]] history::ChildFailed child_failed(int initiated, Failure cause) const {
        Failure failure{.kind = FailureKind::child, .retryable = false};
        failure.activity = pending_child(initiated).type;
        failure.activity_id = EventId{initiated};
        failure.cause = std::make_shared<const Failure>(std::move(cause));
        return {.initiated = EventId{initiated}, .failure = failure, .run = run_of_child(initiated)};
    }

    /// Asks a replay of all that has happened so far.
    template <class Input, class Output>
    [[nodiscard]] replay::QueryAnswer ask(const Query<Input, Output>& query,
                                          const std::type_identity_t<Input>& input) const {
        Execution second{registry_, some_run, "build-3"};
        for (const history::Activation& recorded : history_) REQUIRE_FALSE(second.replay(recorded));
        return second.query(query.name, encode(input));
    }

    [[nodiscard]] const std::vector<history::Event>& commands() const { return commands_; }
    /// "ActivityScheduled 2, TimerStarted 3": kinds and ids of the last activation's commands.
    [[nodiscard]] std::string said() const {
        std::string text;
        std::int32_t id =
            history_.back().first_event.value + static_cast<std::int32_t>(history_.back().arrived.size());
        for (const history::Event& command : commands()) {
            text += (text.empty() ? "" : ", ") + std::string{history::kind_name(command)} + ' ' +
                    std::to_string(id++);
        }
        return text;
    }
    template <class E>
    [[nodiscard]] const E& command(std::size_t index) const {
        REQUIRE(index < commands().size());
        const auto* event = std::get_if<E>(&commands()[index]);
        REQUIRE(event != nullptr);
        return *event;
    }
    /// The result of a run that has completed.
    template <class T>
    [[nodiscard]] T result() const {
        REQUIRE_FALSE(commands().empty());
        const auto* end = std::get_if<history::WorkflowCompleted>(&commands().back());
        REQUIRE(end != nullptr);
        return decode<T>(end->result);
    }
    [[nodiscard]] const replay::Activated& activated() const { return *activated_; }
    [[nodiscard]] Execution& execution() { return *execution_; }
    [[nodiscard]] const history::History& history() const { return history_; }
    [[nodiscard]] replay::RunStatus status() const { return execution_->status(); }

    Timestamp now = some_day;

  private:
    void begin() {
        execution_ = std::make_unique<Execution>(registry_, some_run, "build-1");
        REQUIRE_FALSE(execution_->replay(history_[0]));
    }
    [[nodiscard]] RunId run_of_child(int initiated) const { return pending_child(initiated).run; }
    void must_replay() const {
        Execution second{registry_, some_run, "build-2"};
        for (const history::Activation& recorded : history_) {
            const history::Activation read =
                history::decode_activation(recorded.first_event, history::encode(recorded));
            REQUIRE(read == recorded);
            const std::optional<replay::Blocked> blocked = trap::replay(second, read);
            if (blocked) FAIL("replay: " << blocked->reason);
        }
        CHECK(second.activations() == execution_->activations());
        CHECK(second.next_event() == execution_->next_event());
        CHECK(second.status() == execution_->status());
        CHECK(second.wake_at() == execution_->wake_at());
        CHECK(second.pending_activities().size() == execution_->pending_activities().size());
        CHECK(second.pending_children().size() == execution_->pending_children().size());
        CHECK(second.queries() == execution_->queries());
    }

    WorkflowRegistry registry_;
    history::History history_;
    std::unique_ptr<Execution> execution_;
    std::optional<replay::Activated> activated_;
    std::vector<history::Event> commands_;
    std::optional<replay::Blocked> blocked_;
};

}  // namespace durable::test
