#pragma once
// The vocabulary of a workflow author. A workflow is a function that is given a Workflow and returns a Task:
//
//   durable::Task<CallSummary> process_call(durable::Workflow& wf, EndedCall call) {
//       co_await wf.run(store_transcript, {call.id, call.transcript});
//       auto [summary, facts] = co_await wf.all(wf.run(summarize, {call.transcript}),
//                                               wf.run(extract_facts, {call.transcript}));
//       auto sent = co_await wf.attempt(send_sms, {call.number, summary.text});
//       if (!sent.ok()) ...                                  // sent.failure() says why
//   }
//
// Workflow code is replayed from its history, perhaps in another process, perhaps next year. It must do the
// same again: time from now(), chance from random() and uuid(), everything else from the world through an
// activity. No clock, no threads, no I/O, no iteration over unordered containers. All of it runs on one
// thread, one coroutine at a time.
//
// Waiting ends with a Canceled exception when the scope is cancelled (the run's own scope: by a cancel
// request). In a cancelled scope every new wait throws at once and no command is issued; clean up inside
// wf.shielded(...).

#include <functional>
#include <optional>
#include <source_location>
#include <string>
#include <vector>

#include "engine/workflow/activity.hpp"
#include "engine/workflow/awaitables.hpp"
#include "engine/workflow/child.hpp"
#include "engine/workflow/codec.hpp"
#include "engine/workflow/continue_as_new.hpp"
#include "engine/workflow/group.hpp"
#include "engine/workflow/random.hpp"
#include "engine/workflow/signal_channel.hpp"
#include "engine/workflow/task.hpp"
#include "engine/workflow/workflow_info.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace durable {

/// A part of the workflow that can be cancelled on its own, below the scope in which it was made:
///   auto calls = wf.scope();
///   co_await wf.all(calls.run(ring_everybody(wf)), stop_when_answered(wf, calls));   // it calls
///   calls.cancel("...")
/// A value: copies mean the same scope.
class CancellationScope {
  public:
    explicit CancellationScope(detail::Runtime& runtime)
        : runtime_(&runtime),
          scope_(std::make_shared<detail::Scope>(runtime.current_scope(), detail::Scope::Kind::normal)) {}

    /// Runs a task or another awaitable in this scope.
    template <class A>
    [[nodiscard]] InScope<detail::ValueOf<A>> run(A awaitable) const {
        return {detail::as_task(std::move(awaitable)), scope_};
    }
    void cancel(const std::string& reason) {
        runtime_->must_not_answer();
        scope_->cancel(reason);
    }
    [[nodiscard]] bool canceled() const { return scope_->canceled(); }

  private:
    detail::Runtime* runtime_;
    std::shared_ptr<detail::Scope> scope_;
};

class Workflow {
  public:
    /// Made by the machine, one for a run.
    explicit Workflow(detail::Runtime& runtime) : runtime_(runtime) {}
    Workflow(const Workflow&) = delete;
    Workflow& operator=(const Workflow&) = delete;

    // --- activities --------------------------------------------------------------------------------------

    /// co_await it: runs the activity to its final result. Throws ActivityFailed, TimedOut or Canceled.
    template <class Input, class Output>
    [[nodiscard]] Run<Output> run(const Activity<Input, Output>& activity,
                                  const std::type_identity_t<Input>& input,
                                  std::source_location where = std::source_location::current()) {
        return {runtime_, call(activity, input, activity.options(), where)};
    }
    template <class Input, class Output>
    [[nodiscard]] Run<Output> run(const Activity<Input, Output>& activity,
                                  const std::type_identity_t<Input>& input, ActivityOptions options,
                                  std::source_location where = std::source_location::current()) {
        return {runtime_, call(activity, input, std::move(options), where)};
    }

    /// Not lazy: the activity is under way when start returns.
    template <class Input, class Output>
    [[nodiscard]] ActivityHandle<Output> start(const Activity<Input, Output>& activity,
                                               const std::type_identity_t<Input>& input,
                                               std::source_location where = std::source_location::current()) {
        return start(activity, input, activity.options(), where);
    }
    template <class Input, class Output>
    [[nodiscard]] ActivityHandle<Output> start(const Activity<Input, Output>& activity,
                                               const std::type_identity_t<Input>& input,
                                               ActivityOptions options,
                                               std::source_location where = std::source_location::current()) {
        return {runtime_, runtime_.schedule_activity(call(activity, input, std::move(options), where))};
    }

    /// co_await it: like run, but a failure is a value: Outcome<Output>.
    template <class Input, class Output>
    [[nodiscard]] Attempt<Run<Output>> attempt(const Activity<Input, Output>& activity,
                                               const std::type_identity_t<Input>& input,
                                               std::source_location where = std::source_location::current()) {
        return Attempt<Run<Output>>{run(activity, input, activity.options(), where)};
    }
    template <class Input, class Output>
    [[nodiscard]] Attempt<Run<Output>> attempt(const Activity<Input, Output>& activity,
                                               const std::type_identity_t<Input>& input,
                                               ActivityOptions options,
                                               std::source_location where = std::source_location::current()) {
        return Attempt<Run<Output>>{run(activity, input, std::move(options), where)};
    }
    /// The same for a task or any other awaitable. Only DurableErrors become values.
    template <detail::WorkflowAwaitable A>
    [[nodiscard]] Attempt<A> attempt(A awaitable) {
        return Attempt<A>{std::move(awaitable)};
    }

    // --- children ----------------------------------------------------------------------------------------

    /// co_await it: starts another workflow as a child and gives its result. Throws ChildFailed or Canceled.
    template <class Input, class Output>
    [[nodiscard]] Child<Output> child(const WorkflowType<Input, Output>& type,
                                      const std::type_identity_t<Input>& input, ChildOptions options,
                                      std::source_location where = std::source_location::current()) {
        return {runtime_, child_call(type, input, std::move(options), where)};
    }
    /// co_await it: a ChildHandle, once the start is durable. Throws ChildFailed if the id is taken.
    template <class Input, class Output>
    [[nodiscard]] StartChild<Output> start_child(
        const WorkflowType<Input, Output>& type, const std::type_identity_t<Input>& input,
        ChildOptions options, std::source_location where = std::source_location::current()) {
        return {runtime_, child_call(type, input, std::move(options), where)};
    }

    // --- several at once ---------------------------------------------------------------------------------

    /// co_await it: a tuple of all results; see All. Takes runs, handles, tasks, timers, messages, in any
    /// mixture.
    template <detail::WorkflowAwaitable... As>
    [[nodiscard]] All<detail::ValueOf<As>...> all(As... awaitables) {
        return All<detail::ValueOf<As>...>{detail::as_task(std::move(awaitables))...};
    }
    /// co_await it: a vector of all results, in order.
    template <detail::WorkflowAwaitable A>
    [[nodiscard]] AllOf<detail::ValueOf<A>> all(std::vector<A> awaitables) {
        return AllOf<detail::ValueOf<A>>{tasks_of(std::move(awaitables))};
    }
    /// co_await it: First{index, variant} of the branch that ended first; the others are cancelled. See Any.
    template <detail::WorkflowAwaitable... As>
    [[nodiscard]] Any<detail::ValueOf<As>...> any(As... awaitables) {
        return Any<detail::ValueOf<As>...>{detail::as_task(std::move(awaitables))...};
    }
    /// co_await it: First{index, value}.
    template <detail::WorkflowAwaitable A>
    [[nodiscard]] AnyOf<detail::ValueOf<A>> any(std::vector<A> awaitables) {
        return AnyOf<detail::ValueOf<A>>{tasks_of(std::move(awaitables))};
    }

    // --- waiting -----------------------------------------------------------------------------------------

    /// co_await it: a durable timer; months are fine.
    [[nodiscard]] Sleep sleep(Duration delay, std::source_location where = std::source_location::current()) {
        return {runtime_, delay, where};
    }
    /// co_await it: true as soon as `condition` holds. It is looked at now, and again whenever everything
    /// that arrived has been delivered and all coroutines wait; it must only read, and what it captures must
    /// outlive the wait.
    [[nodiscard]] WaitUntil wait_until(std::function<bool()> condition,
                                       std::source_location where = std::source_location::current()) {
        return {runtime_, std::move(condition), std::nullopt, where};
    }
    /// The same, or false once `timeout` is over. A condition that holds in that very moment wins.
    [[nodiscard]] WaitUntil wait_until(std::function<bool()> condition, Duration timeout,
                                       std::source_location where = std::source_location::current()) {
        return {runtime_, std::move(condition), timeout, where};
    }
    template <class Message>
    [[nodiscard]] SignalChannel<Message> signals(const Signal<Message>& signal) {
        return {runtime_, signal.name};
    }

    // --- what others see, and the next run ---------------------------------------------------------------

    /// Durable with this activation; anybody reads it without replay (Client::published). The last value
    /// counts.
    template <class T>
    void publish(const StateKey<T>& key, const std::type_identity_t<T>& value,
                 std::source_location where = std::source_location::current()) {
        runtime_.publish(key.name, encode(value), where);
    }
    /// An object that the run owns, for queries to read: it outlives the coroutine that kept it, and the run.
    template <class T>
    [[nodiscard]] T& keep(T initial) {
        auto object = std::make_shared<T>(std::move(initial));
        runtime_.keep(object);
        return *object;
    }
    /// Answers `query` from now on (a later handler of that name replaces it). The handler only reads: no
    /// verb works in it. It may run after all coroutines have ended: it captures what keep() gave, nothing
    /// else.
    template <class Input, class Output>
    void on_query(const Query<Input, Output>& query,
                  std::type_identity_t<std::function<Output(const Input&)>> handler) {
        runtime_.on_query(query.name, [answer = std::move(handler)](const Payload& input) {
            return encode(answer(decode<Input>(input)));
        });
    }
    /// Ends this run, and begins the next one of its chain with `input`: the workflow's own input type, the
    /// same workflow id, a new history. Signals that were not received go with it, in order; children stay.
    /// Throws ContinueAsNew, see there; in a cancelled scope Canceled, like every verb that would go on.
    template <class Input>
    [[noreturn]] void continue_as_new(const Input& input,
                                      std::source_location where = std::source_location::current()) {
        runtime_.continue_as_new(encode(input), where);
    }

    // --- cancellation ------------------------------------------------------------------------------------

    /// True once somebody has asked this run to stop.
    [[nodiscard]] bool cancel_requested() const { return runtime_.root_scope().canceled(); }
    /// co_await it: runs a task or another awaitable that cancellation does not reach: for cleaning up.
    template <detail::WorkflowAwaitable A>
    [[nodiscard]] InScope<detail::ValueOf<A>> shielded(A awaitable) {
        return {detail::as_task(std::move(awaitable)), nullptr};
    }
    [[nodiscard]] CancellationScope scope() { return CancellationScope{runtime_}; }

    // --- what must not come from anywhere else -----------------------------------------------------------

    /// The activation's recorded time: never goes back, stands still while the code runs.
    [[nodiscard]] Timestamp now() const { return runtime_.now(); }
    [[nodiscard]] Random& random() { return runtime_.random(); }
    [[nodiscard]] Uuid uuid() { return runtime_.random().uuid(); }
    [[nodiscard]] const WorkflowInfo& info() const { return runtime_.info(); }

    /// Calls `effect` once in the life of the run and records what it gave; replays get the recorded value.
    /// For small, quick, local things (reading a build constant); it may run again if the worker dies before
    /// the commit.
    template <class F>
    [[nodiscard]] std::invoke_result_t<F&> side_effect(
        F effect, std::source_location where = std::source_location::current()) {
        const Payload value = runtime_.side_effect([&effect] { return encode(effect()); }, where);
        return detail::decode_or_block<std::invoke_result_t<F&>>(runtime_, value, "side effect");
    }

  private:
    template <class Input, class Output>
    static detail::ActivityCall call(const Activity<Input, Output>& activity, const Input& input,
                                     ActivityOptions options, std::source_location where) {
        return {std::string{activity.name}, encode(input), std::move(options), where};
    }
    template <class Input, class Output>
    static detail::ChildCall child_call(const WorkflowType<Input, Output>& type, const Input& input,
                                        ChildOptions options, std::source_location where) {
        return {std::string{type.name}, encode(input), std::move(options), where};
    }
    template <class A>
    static std::vector<Task<detail::ValueOf<A>>> tasks_of(std::vector<A> awaitables) {
        std::vector<Task<detail::ValueOf<A>>> tasks;
        tasks.reserve(awaitables.size());
        for (A& awaitable : awaitables) tasks.push_back(detail::as_task(std::move(awaitable)));
        return tasks;
    }

    detail::Runtime& runtime_;
};

}  // namespace durable
