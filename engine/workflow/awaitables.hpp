#pragma once
// What the verbs of Workflow give to be awaited. All are lazy unless said otherwise: the command is issued
// when the awaitable is awaited (or its branch of all / any begins), so the order in which a compiler
// evaluates arguments can never change a history. Authors write `co_await wf.run(...)` and seldom name these
// types.

#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <string>
#include <utility>

#include "engine/workflow/codec.hpp"
#include "engine/workflow/task.hpp"

namespace durable {
namespace detail {

/// Decodes what history gave. Text that does not fit the type is a bug or an incompatible change: the run is
/// blocked.
template <class T>
[[nodiscard]] T decode_or_block(Runtime& runtime, const Payload& payload, const std::string& what) {
    try {
        return decode<T>(payload);
    } catch (const DecodeError& error) {
        runtime.undecodable(what + ": " + error.what());
        throw;
    }
}

/// An awaiter of one operation. Derived::begin() gives it.
class OperationAwaitable {
  public:
    using durable_awaitable = void;

    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) const {
        operation_->wait(waiting.promise());
    }

  protected:
    explicit OperationAwaitable(Runtime& runtime) : runtime_(&runtime) {}
    OperationAwaitable(Runtime& runtime, std::shared_ptr<Operation> operation)
        : runtime_(&runtime), operation_(std::move(operation)) {}

    [[nodiscard]] bool begin(std::shared_ptr<Operation> operation) {
        operation_ = std::move(operation);
        return operation_->resolved();
    }
    template <class T>
    [[nodiscard]] T take() const {
        operation_->taken();
        return decode_or_block<T>(*runtime_, operation_->result(), operation_->describe());
    }
    void take_nothing() const {
        operation_->taken();
        static_cast<void>(operation_->result());
    }

    Runtime* runtime_;
    std::shared_ptr<Operation> operation_;
};

/// What is under way already and can be awaited later, by one coroutine at a time.
template <class Output>
class OperationHandle : public OperationAwaitable {
  public:
    using value_type = Output;

    OperationHandle(Runtime& runtime, std::shared_ptr<Operation> operation)
        : OperationAwaitable(runtime, std::move(operation)) {}
    [[nodiscard]] bool done() const { return operation_->resolved(); }
    /// As if the handle's scope were cancelled (CancellationType decides what that means).
    void cancel(const std::string& reason) {
        runtime_->must_not_answer();
        operation_->cancel(reason);
    }

    [[nodiscard]] bool await_ready() const {
        // A new wait in a cancelled scope ends at once, like every other.
        const Scope& scope = runtime_->current_scope();
        if (!done() && scope.canceled()) throw Canceled(scope.reason());
        return done();
    }
    Output await_resume() const { return take<Output>(); }
};

template <class T>
using NotVoid = std::conditional_t<std::is_void_v<T>, Nothing, T>;

template <class A>
using ValueOf = typename std::remove_cvref_t<A>::value_type;

}  // namespace detail

/// `co_await wf.run(activity, input)`: the activity's result, or an exception (failure.hpp).
template <class Output>
class [[nodiscard]] Run : public detail::OperationAwaitable {
  public:
    using value_type = Output;

    Run(detail::Runtime& runtime, detail::ActivityCall call)
        : OperationAwaitable(runtime), call_(std::move(call)) {}
    [[nodiscard]] bool await_ready() { return begin(runtime_->schedule_activity(std::move(call_))); }
    Output await_resume() { return take<Output>(); }

  private:
    detail::ActivityCall call_;
};

/// `auto handle = wf.start(activity, input)`: under way since then, to be awaited later, by one coroutine at
/// a time. Copies mean the same activity. Dropping the handle does not cancel the activity.
template <class Output>
class [[nodiscard]] ActivityHandle : public detail::OperationHandle<Output> {
  public:
    using detail::OperationHandle<Output>::OperationHandle;
};

/// `co_await wf.sleep(3 days)`. A duration of zero or less is over at once, but still a timer in the history.
class [[nodiscard]] Sleep : public detail::OperationAwaitable {
  public:
    using value_type = void;

    Sleep(detail::Runtime& runtime, Duration delay, std::source_location where)
        : OperationAwaitable(runtime), delay_(delay), where_(where) {}
    [[nodiscard]] bool await_ready() { return begin(runtime_->start_timer(delay_, where_)); }
    void await_resume() const { take_nothing(); }

  private:
    Duration delay_;
    std::source_location where_;
};

/// `co_await wf.wait_until(condition[, timeout])`: true when it held, false when the time was over first.
class [[nodiscard]] WaitUntil : public detail::OperationAwaitable {
  public:
    using value_type = bool;

    WaitUntil(detail::Runtime& runtime, std::function<bool()> condition, std::optional<Duration> timeout,
              std::source_location where)
        : OperationAwaitable(runtime), condition_(std::move(condition)), timeout_(timeout), where_(where) {}
    [[nodiscard]] bool await_ready() {
        return begin(runtime_->wait_until(std::move(condition_), timeout_, where_));
    }
    bool await_resume() { return take<bool>(); }

  private:
    std::function<bool()> condition_;
    std::optional<Duration> timeout_;
    std::source_location where_;
};

/// `co_await channel.receive()`: the next message.
template <class Message>
class [[nodiscard]] Receive : public detail::OperationAwaitable {
  public:
    using value_type = Message;

    Receive(detail::Runtime& runtime, std::string_view signal, std::source_location where)
        : OperationAwaitable(runtime), signal_(signal), where_(where) {}
    [[nodiscard]] bool await_ready() { return begin(runtime_->receive(signal_, where_)); }
    Message await_resume() { return take<Message>(); }

  private:
    std::string_view signal_;
    std::source_location where_;
};

/// `co_await wf.attempt(x)`: what x gives, with a DurableError as a value. Bugs still fly.
template <class A>
class [[nodiscard]] Attempt {
  public:
    using value_type = Outcome<detail::NotVoid<detail::ValueOf<A>>>;
    using durable_awaitable = void;

    explicit Attempt(A awaitable) : awaitable_(std::move(awaitable)) {}

    [[nodiscard]] bool await_ready() {
        try {
            return awaitable_.await_ready();
        } catch (const DurableError& error) {
            refused_ = error.failure();
            return true;
        }
    }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) {
        awaitable_.await_suspend(waiting);
    }
    value_type await_resume() {
        if (refused_) return *std::move(refused_);
        try {
            if constexpr (std::is_void_v<detail::ValueOf<A>>) {
                awaitable_.await_resume();
                return Nothing{};
            } else {
                return awaitable_.await_resume();
            }
        } catch (const DurableError& error) {
            return error.failure();
        }
    }

  private:
    A awaitable_;
    std::optional<Failure> refused_;  ///< thrown before there was anything to wait for
};

namespace detail {

template <class A>
Task<ValueOf<A>> wrap(A awaitable) {
    co_return co_await Hidden<A>{std::move(awaitable)};
}

/// Any awaitable as a coroutine of its own, so that it can be a branch or run in another scope.
template <class A>
[[nodiscard]] Task<ValueOf<A>> as_task(A awaitable) {
    if constexpr (is_task<A>) {
        return awaitable;
    } else {
        return wrap(std::move(awaitable));
    }
}

}  // namespace detail

/// `co_await wf.shielded(x)` and `co_await scope.run(x)`: x in another cancellation scope.
template <class T>
class [[nodiscard]] InScope {
  public:
    using value_type = T;
    using durable_awaitable = void;

    /// `scope` null: a new shielded one below the awaiting coroutine's.
    InScope(Task<T> task, std::shared_ptr<detail::Scope> scope)
        : scope_(std::move(scope)), task_(std::move(task)) {}

    [[nodiscard]] bool await_ready() const { return task_.await_ready(); }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) {
        detail::PromiseBase& promise = waiting.promise();
        if (!scope_) scope_ = std::make_shared<detail::Scope>(*promise.scope, detail::Scope::Kind::shielded);
        task_.promise()->start(promise, *scope_);
    }
    T await_resume() { return task_.await_resume(); }

  private:
    // The scope outlives the coroutine that runs in it: members are destroyed from the last to the first.
    std::shared_ptr<detail::Scope> scope_;
    Task<T> task_;
};

}  // namespace durable
