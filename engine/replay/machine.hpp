#pragma once
// The hub of one run: delivers events to the machines of each concept, resumes coroutines from the ready
// queue until all of them wait, and closes the run when its root has ended. What a concept means is in its
// own *_machine file. machine.cpp runs activations, arrivals.cpp takes what comes in, machine_verbs.cpp what
// the code asks for.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/replay/activity_machine.hpp"
#include "engine/replay/child_machine.hpp"
#include "engine/replay/commands.hpp"
#include "engine/replay/condition_machine.hpp"
#include "engine/replay/execution.hpp"
#include "engine/replay/external_machine.hpp"
#include "engine/replay/patch_machine.hpp"
#include "engine/replay/query_machine.hpp"
#include "engine/replay/search_machine.hpp"
#include "engine/replay/semaphore_machine.hpp"
#include "engine/replay/signal_machine.hpp"
#include "engine/replay/timer_machine.hpp"
#include "engine/replay/update_machine.hpp"
#include "engine/workflow/registry.hpp"
#include "engine/workflow/runtime.hpp"

namespace durable::replay {

class Execution::Machine final : public detail::Runtime {
  public:
    Machine(const WorkflowRegistry& registry, RunId run, std::string build);
    ~Machine() override = default;

    [[nodiscard]] std::optional<Blocked> replay(const history::Activation& recorded);
    [[nodiscard]] Result activate(std::vector<history::Event> arrived, Timestamp now);

    [[nodiscard]] bool expects(const history::Event& event) const;
    [[nodiscard]] std::vector<history::Event> due_timers(Timestamp now) const;
    [[nodiscard]] std::optional<Timestamp> wake_at() const;
    /// When the run ends as timed out: its own limit, or its chain's.
    [[nodiscard]] std::optional<Timestamp> deadline() const;
    [[nodiscard]] const std::optional<Timestamp>& execution_deadline() const;
    [[nodiscard]] std::vector<PendingActivity> pending_activities() const { return activities_.pending(); }
    [[nodiscard]] std::vector<PendingChild> pending_children() const { return children_.pending(); }
    [[nodiscard]] std::vector<PendingUnits> pending_units() const { return semaphores_.pending(); }
    [[nodiscard]] std::vector<PatchAnswer> patches() const { return patches_.answers(); }
    [[nodiscard]] QueryMachine& queries() noexcept { return queries_; }
    [[nodiscard]] const QueryMachine& queries() const noexcept { return queries_; }
    [[nodiscard]] const UpdateMachine& updates() const noexcept { return updates_; }
    [[nodiscard]] const SignalMachine& signals() const noexcept { return signals_; }
    [[nodiscard]] Handlers handlers() const;
    [[nodiscard]] std::size_t memory_estimate() const;

    [[nodiscard]] int activations() const noexcept { return activations_; }
    [[nodiscard]] EventId next_event() const noexcept { return next_event_; }
    [[nodiscard]] RunStatus status() const noexcept { return status_; }
    [[nodiscard]] const history::WorkflowStarted& started() const noexcept { return started_; }
    [[nodiscard]] const detail::Scope& scopes() const noexcept { return root_scope_; }

    // --- detail::Runtime: what the code asks for ---------------------------------------------------------
    void post(detail::PromiseBase& coroutine) override;
    [[nodiscard]] detail::Scope& current_scope() override;
    [[nodiscard]] detail::Scope& root_scope() override { return root_scope_; }
    [[nodiscard]] std::shared_ptr<detail::Operation> schedule_activity(detail::ActivityCall call) override;
    [[nodiscard]] std::shared_ptr<detail::Operation> start_timer(Duration delay,
                                                                 std::source_location where) override;
    [[nodiscard]] std::shared_ptr<detail::Operation> wait_until(std::function<bool()> condition,
                                                                std::optional<Duration> timeout,
                                                                std::source_location where) override;
    [[nodiscard]] std::shared_ptr<detail::Operation> receive(std::string_view signal,
                                                             std::source_location where) override;
    [[nodiscard]] std::optional<Payload> try_receive(std::string_view signal) override;
    [[nodiscard]] detail::ChildOperations start_child(detail::ChildCall call) override;
    [[nodiscard]] detail::UnitsOperation acquire_units(detail::UnitsCall call) override;
    void release_units(EventId request, std::source_location where) override;
    [[nodiscard]] std::shared_ptr<detail::Operation> send_external(detail::ExternalCall call) override;
    [[nodiscard]] Payload side_effect(const std::function<Payload()>& effect,
                                      std::source_location where) override;
    [[nodiscard]] bool patched(std::string_view id, bool deprecated, std::source_location where) override;
    void publish(std::string_view key, Payload value, std::source_location where) override;
    void set_attribute(SearchAttribute attribute, std::source_location where) override;
    [[nodiscard]] std::optional<Payload> attribute(std::string_view key) override;
    [[noreturn]] void continue_as_new(Payload input, std::source_location where) override;
    void keep(std::shared_ptr<void> object) override;
    void on_query(std::string_view name, detail::QueryHandler handler) override;
    void on_update(std::string_view name, detail::UpdateHandler handler) override;
    void describe(detail::MessageKind kind, std::string_view name, std::string_view description) override;
    [[nodiscard]] bool handlers_finished() const override { return updates_.idle(); }
    void must_not_answer() override;
    [[nodiscard]] Timestamp now() const override { return time_; }
    [[nodiscard]] Random& random() override;
    [[nodiscard]] const WorkflowInfo& info() const override { return info_; }
    void undecodable(std::string problem) override;
    void escaped(std::exception_ptr exception) override;

  private:
    [[nodiscard]] std::optional<Blocked> replay_start(const history::Activation& recorded);
    /// The one in which the code begins to run.
    [[nodiscard]] bool first_activation() const noexcept { return activations_ == 1; }
    void begin(const history::WorkflowStarted& started, Timestamp time);
    void begin_turn(EventId first);
    void take_identity_at(EventId event);
    void be(RunId run, const std::string& workflow_id);
    [[nodiscard]] const std::optional<Timestamp>& run_deadline() const;
    [[nodiscard]] history::WorkflowFailed failed(Failure failure) const;
    void deliver(const std::vector<history::Event>& arrived);
    void deliver(EventId id, const history::Event& event);
    void wait_for_turn(detail::PromiseBase& root);
    void run_code();
    void drain_ready();
    [[nodiscard]] bool wake_condition();
    void issue_end_if_over();
    [[nodiscard]] std::optional<history::Event> end_by_exception(std::exception_ptr error);
    [[nodiscard]] std::optional<history::Event> continuation(const ContinueAsNew& onward);
    [[nodiscard]] RunId next_run() const;
    [[nodiscard]] Payload value_of(const std::function<Payload()>& effect);
    void close(const history::Event& last_command);
    [[nodiscard]] std::vector<history::Event> expected_of(std::vector<history::Event> arrived) const;
    [[nodiscard]] std::optional<Blocked> unexpected_in(const history::Activation& recorded) const;
    [[nodiscard]] std::vector<Handler> described(detail::MessageKind kind,
                                                 std::vector<std::string> names) const;
    [[nodiscard]] std::shared_ptr<detail::Operation> barred(std::source_location where);
    [[nodiscard]] std::shared_ptr<detail::Operation> joined(std::shared_ptr<detail::Operation> operation);

    const WorkflowRegistry& registry_;
    const RunId run_;
    std::string build_;
    Random random_;
    WorkflowInfo info_;
    Workflow workflow_;

    history::WorkflowStarted started_;
    Duration run_timeout_{0};
    int activations_ = 0;
    EventId next_event_{1};
    Timestamp time_;
    RunStatus status_ = RunStatus::running;

    Commands commands_;
    ActivityMachine activities_;
    TimerMachine timers_;
    ConditionMachine conditions_;
    SignalMachine signals_;
    SearchMachine search_;
    ChildMachine children_;
    SemaphoreMachine semaphores_;
    ExternalMachine externals_;
    PatchMachine patches_;

    detail::Scope root_scope_;
    std::shared_ptr<detail::Operation> turn_;  ///< what the root waits for before it begins; null: nothing
    detail::PromiseBase* current_ = nullptr;
    detail::PromiseBase* first_ready_ = nullptr;
    detail::PromiseBase* last_ready_ = nullptr;
    QueryMachine queries_;
    std::map<detail::MessageKind, std::map<std::string, std::string, std::less<>>> descriptions_;
    // Last: the frames go first, while everything that they refer to is still there. Handlers may refer to what
    // lives in the workflow's own coroutine.
    Task<Payload> root_;
    UpdateMachine updates_;
};

/// What of workflow code may not escape, told in one sentence.
[[nodiscard]] std::string exception_text(const std::exception_ptr& exception);

/// The stack of everything that waits below `scopes`.
[[nodiscard]] std::vector<StackFrame> stack_of(const detail::Scope& scopes);
/// One phrase on what they wait for.
[[nodiscard]] std::string waits_of(const detail::Scope& scopes);

}  // namespace durable::replay
