#pragma once
// Drives one workflow by hand: feed events, look at the commands. Every activation that it makes is also sent
// through the wire form and replayed from the beginning by a second Execution, which must agree; so each test
// of a verb is a test of its replay too. Both run under the determinism trap.

#include <doctest/doctest.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/replay/execution.hpp"
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
        begin(std::move(started));
    }
    /// The run begins as `started` says.
    template <class Input, class Output>
    Script(Task<Output> (*function)(Workflow&, Input), const history::WorkflowStarted& started) {
        registry_.add(WorkflowType<Input, Output>{started.type}, function);
        begin(started);
    }
    template <class Output>
    explicit Script(Task<Output> (*function)(Workflow&, Nothing)) : Script(function, Nothing{}) {}

    /// One activation. What the code did is in commands() then.
    template <class... Events>
    Script& feed(Events... arrived) {
        return feed_all({history::Event{std::move(arrived)}...});
    }
    Script& feed_all(std::vector<history::Event> arrived);
    /// One activation that must be blocked.
    template <class... Events>
    replay::Blocked feed_blocked(Events... arrived) {
        return feed_all_blocked({history::Event{std::move(arrived)}...});
    }
    /// Time passes; the timers that are due by then fire in one activation.
    Script& wait(Duration duration);

    /// Result of an activity.
    template <class T>
    Script& complete(int scheduled, const T& result) {
        return feed(completed(scheduled, result));
    }
    template <class T>
    static history::ActivityCompleted completed(int scheduled, const T& result) {
        return {.scheduled = EventId{scheduled}, .result = encode(result)};
    }
    static history::ActivityFailed failed(int scheduled, const std::string& type);
    template <class T>
    static history::SignalReceived signal(const std::string& name, const T& message) {
        return {.name = name, .input = encode(message), .request_id = {}};
    }
    static history::CancelRequested cancel(const std::string& reason);

    /// How the child that event `initiated` started was ordered. Fails if there is no such child.
    [[nodiscard]] const history::ChildInitiated& pending_child(int initiated) const;
    // News of that child.
    [[nodiscard]] history::ChildStarted child_started(int initiated) const;
    [[nodiscard]] history::ChildStartFailed child_refused(int initiated) const;
    template <class T>
    [[nodiscard]] history::ChildCompleted child_completed(int initiated, const T& result) const {
        return {.initiated = EventId{initiated}, .result = encode(result), .run = run_of_child(initiated)};
    }
    [[nodiscard]] history::ChildFailed child_failed(int initiated, Failure cause) const;

    /// Asks a replay of all that has happened so far.
    template <class Input, class Output>
    [[nodiscard]] replay::QueryAnswer ask(const Query<Input, Output>& query,
                                          const std::type_identity_t<Input>& input) const {
        return ask_a_replay(query.name, encode(input));
    }

    [[nodiscard]] const std::vector<history::Event>& commands() const { return commands_; }
    /// "ActivityScheduled 2, TimerStarted 3": kinds and ids of the last activation's commands.
    [[nodiscard]] std::string said() const;
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
    replay::Blocked feed_all_blocked(std::vector<history::Event> arrived);
    [[nodiscard]] replay::QueryAnswer ask_a_replay(std::string_view query, const Payload& input) const;
    void begin(history::WorkflowStarted started);
    [[nodiscard]] RunId run_of_child(int initiated) const { return pending_child(initiated).run; }
    void must_replay() const;

    WorkflowRegistry registry_;
    history::History history_;
    std::unique_ptr<Execution> execution_;
    std::optional<replay::Activated> activated_;
    std::vector<history::Event> commands_;
    std::optional<replay::Blocked> blocked_;
};

}  // namespace durable::test
