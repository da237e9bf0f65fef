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
#include "engine/workflow/external.hpp"
#include "engine/workflow/group.hpp"
#include "engine/workflow/random.hpp"
#include "engine/workflow/search.hpp"
#include "engine/workflow/semaphore.hpp"
#include "engine/workflow/signal_channel.hpp"
#include "engine/workflow/task.hpp"
#include "engine/workflow/update.hpp"
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

    /// co_await it: like run, for short steps that should not leave this process. It begins in the worker
    /// that holds the run even if no slot is free, and a retry that is due within `local_patience` waits
    /// there too; only a longer back-off, the worker's end or its drain gives it a row. So: at least once,
    /// no queue, limit, priority or heartbeat, and its start and result are events like any activity's.
    template <class Input, class Output>
    [[nodiscard]] Run<Output> local(const Activity<Input, Output>& activity,
                                    const std::type_identity_t<Input>& input,
                                    std::source_location where = std::source_location::current()) {
        return local(activity, input, activity.options(), where);
    }
    template <class Input, class Output>
    [[nodiscard]] Run<Output> local(const Activity<Input, Output>& activity,
                                    const std::type_identity_t<Input>& input, ActivityOptions options,
                                    std::source_location where = std::source_location::current()) {
        options.local = true;
        return {runtime_, call(activity, input, std::move(options), where)};
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
        describe(detail::MessageKind::signal, signal);
        return {runtime_, signal.name};
    }

    // --- messages ------------------------------------------------------------------------------------------

    /// Takes requests called `update` from now on (a later handler of that name replaces it); those that came
    /// before are waiting. `handler(input)` gives the outcome, or a Task of it: engine/workflow/update.hpp. A
    /// DurableError that it throws is the outcome too. `validator` only reads, and rejects by throwing:
    /// then the request leaves no trace in the history. It sees the state after everything that came before
    /// the request.
    template <class Input, class Output, class Handler>
    void on_update(const Update<Input, Output>& update, Handler handler,
                   std::type_identity_t<std::function<void(const Input&)>> validator = {},
                   std::source_location where = std::source_location::current()) {
        auto erased = detail::erase_handler<Input, Output>(std::move(handler), std::move(validator));
        erased.where = where;
        describe(detail::MessageKind::update, update);
        runtime_.on_update(update.name, std::move(erased));
    }
    /// co_await it before the workflow returns or goes on as new: handlers that still run then are broken
    /// off, and their callers told so.
    [[nodiscard]] WaitUntil all_handlers_finished(
        std::source_location where = std::source_location::current()) {
        return wait_until([&runtime = runtime_] { return runtime.handlers_finished(); }, where);
    }
    /// co_await it: a signal to the open run of another workflow, exactly once. See SendExternal for what
    /// it throws.
    template <class Message>
    [[nodiscard]] SendExternal signal_workflow(const WorkflowId& workflow, const Signal<Message>& signal,
                                               const std::type_identity_t<Message>& message,
                                               std::source_location where = std::source_location::current()) {
        return {runtime_, {workflow, std::string{signal.name}, encode(message), {}, where}};
    }
    /// co_await it: asks the open run of another workflow to stop.
    [[nodiscard]] SendExternal cancel_workflow(const WorkflowId& workflow, std::string reason,
                                               std::source_location where = std::source_location::current()) {
        return {runtime_, {workflow, std::nullopt, {}, std::move(reason), where}};
    }

    // --- semaphores --------------------------------------------------------------------------------------

    /// co_await it: HeldUnits, once `units` of the semaphore are this run's. All workflows share a resource
    /// by its name; `capacity` counts only if this is its first request ever, an operator may change it.
    [[nodiscard]] Acquire acquire(std::string resource, int units = 1, int capacity = 1,
                                  std::source_location where = std::source_location::current()) {
        return {runtime_, detail::UnitsCall{std::move(resource), units, capacity, where}};
    }

    // --- what others see, and the next run ---------------------------------------------------------------

    /// Durable with this activation; anybody reads it without replay (Client::published). The last value
    /// counts.
    template <class T>
    void publish(const StateKey<T>& key, const std::type_identity_t<T>& value,
                 std::source_location where = std::source_location::current()) {
        runtime_.publish(key.name, encode(value), where);
    }
    /// Lists find the run by this value from this activation's commit on, and the next runs of its chain too.
    template <class T>
    void set_attribute(const SearchKey<T>& key, const std::type_identity_t<T>& value,
                       std::source_location where = std::source_location::current()) {
        runtime_.set_attribute(key(value), where);
    }
    template <class T>
    void clear_attribute(const SearchKey<T>& key,
                         std::source_location where = std::source_location::current()) {
        runtime_.set_attribute(key.none(), where);
    }
    /// What the run was started with, or has set since.
    template <class T>
    [[nodiscard]] std::optional<T> attribute(const SearchKey<T>& key) {
        const std::optional<Payload> value = runtime_.attribute(key.name);
        if (!value) return std::nullopt;
        return detail::decode_or_block<T>(runtime_, *value, "search attribute " + std::string{key.name});
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
        describe(detail::MessageKind::query, query);
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
    /// What the newest completed run of the same schedule gave: to go on where that one stopped. None: the
    /// first run, or not a schedule's; after a failure it is still the one before (info().previous_failure).
    /// Not told to runs of OverlapPolicy::allow_all, nor after the type, tenant or namespace changed.
    template <class T>
    [[nodiscard]] std::optional<T> previous_result() {
        const Payload& previous = runtime_.info().previous_result;
        if (previous.is_null()) return std::nullopt;
        return detail::decode_or_block<T>(runtime_, previous, "the schedule's previous result");
    }

    /// Calls `effect` once in the life of the run and records what it gave; replays get the recorded value.
    /// For small, quick, local things (reading a build constant); it may run again if the worker dies before
    /// the commit.
    template <class F>
    [[nodiscard]] std::invoke_result_t<F&> side_effect(
        F effect, std::source_location where = std::source_location::current()) {
        const Payload value = runtime_.side_effect([&effect] { return encode(effect()); }, where);
        return detail::decode_or_block<std::invoke_result_t<F&>>(runtime_, value, "side effect");
    }

    // --- changing code that has open runs ----------------------------------------------------------------

    /// True if this run goes the new way at the change called `id`, false if it had passed the place before
    /// the change was made: `if (wf.patched("two-texts")) ...new... else ...old...`. The first answer for an
    /// id holds for the whole run. Once `workflow patches` says that no open run is old, write
    /// deprecate_patch in its place; once it says so again, nothing.
    [[nodiscard]] bool patched(std::string_view id,
                               std::source_location where = std::source_location::current()) {
        return runtime_.patched(id, false, where);
    }
    /// Stands where patched(id) stood when only the new way is left: runs that have its marker go on.
    void deprecate_patch(std::string_view id, std::source_location where = std::source_location::current()) {
        static_cast<void>(runtime_.patched(id, true, where));
    }

  private:
    template <class Message>
    void describe(detail::MessageKind kind, const Message& message) {
        if (!message.description.empty()) runtime_.describe(kind, message.name, message.description);
    }
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
