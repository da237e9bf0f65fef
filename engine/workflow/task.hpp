#pragma once
// Task<T>: the return type of a workflow and of the coroutines it is made of.
//
//   durable::Task<Receipt> notify(durable::Workflow& wf, Contact contact) {      // parameters by value
//       co_return co_await wf.run(send_sms, {contact.number, "..."});
//   }
//   Receipt receipt = co_await notify(wf, contact);
//
// Lazy: nothing happens until it is awaited (or given to all / any / attempt / shielded). It owns its frame,
// is awaited once, and throws what its code threw. Coroutines are resumed only from the machine's first-in
// first-out queue: a million children in a row do not grow the stack, and the order never depends on the
// optimiser.
//
// Only awaitables of this engine can be awaited inside: anything else could not be replayed.

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "engine/workflow/runtime.hpp"

namespace durable {

#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 14
#error "GCC before 14 miscompiles natural coroutine code (double frees): build with clang 19 or newer"
#endif

template <class T>
class Task;

namespace detail {

/// Told when a branch of all / any has ended, in the moment that it ends.
class BranchOwner {
  public:
    virtual ~BranchOwner() = default;
    virtual void branch_ended(std::size_t index, std::exception_ptr error) = 0;
};

/// What the machine knows of a coroutine. It lives in the coroutine's frame.
struct PromiseBase {
    Runtime* runtime = nullptr;
    Scope* scope = nullptr;
    PromiseBase* parent = nullptr;  ///< the coroutine that waits for this one
    BranchOwner* group = nullptr;   ///< set if this is a branch of all / any
    std::size_t branch = 0;
    PromiseBase* next_ready = nullptr;
    std::coroutine_handle<> self;
    std::source_location awaits_at;
    bool hidden = false;  ///< the engine's own wrapper: not shown in stacks
    std::exception_ptr error;

    /// Starts this coroutine on behalf of `waiting`: same run, its place in the tree, the given scope.
    void start(PromiseBase& waiting, Scope& in);
    void ended() noexcept;
    void rethrow() const {
        if (error) std::rethrow_exception(error);
    }
};

/// Marks an await of the engine's own wrappers, whose place in the source would tell an author nothing.
template <class A>
struct Hidden {
    A awaitable;
};

template <class A>
concept WorkflowAwaitable = requires { typename std::remove_cvref_t<A>::durable_awaitable; };

template <class A>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<Task<T>> = true;

struct FinalAwaiter {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> ended) const noexcept {
        ended.promise().ended();
    }
    void await_resume() const noexcept {}
};

template <class T>
struct Promise;

template <class T>
struct PromiseCommon : PromiseBase {
    Task<T> get_return_object() noexcept;
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] FinalAwaiter final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }

    template <class A>
    A&& await_transform(A&& awaitable, std::source_location at = std::source_location::current()) {
        static_assert(
            WorkflowAwaitable<A>,
            "workflow code can only await what Workflow and Task give: anything else cannot be replayed");
        static_assert(!is_task<std::remove_cvref_t<A>> || !std::is_lvalue_reference_v<A>,
                      "a Task is awaited once: co_await std::move(task)");
        awaits_at = at;
        return std::forward<A>(awaitable);
    }
    template <class A>
    A&& await_transform(Hidden<A>&& wrapped) {
        hidden = true;
        return std::move(wrapped.awaitable);
    }
};

template <class T>
struct Promise : PromiseCommon<T> {
    std::optional<T> value;
    template <class U>
        requires std::convertible_to<U, T>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
    T take() {
        this->rethrow();
        return std::move(*value);
    }
};

template <>
struct Promise<void> : PromiseCommon<void> {
    void return_void() const noexcept {}
    void take() const { rethrow(); }
};

}  // namespace detail

/// A coroutine that begins when it is awaited, or when its run does. One holder owns it; it cannot be copied.
template <class T>
class [[nodiscard]] Task {
  public:
    using promise_type = detail::Promise<T>;
    using value_type = T;
    using durable_awaitable = void;

    Task() = default;
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            destroy();
            handle_ = std::exchange(other.handle_, {});
        }
        return *this;
    }
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;
    ~Task() { destroy(); }

    // Awaiting: `co_await f(wf)`, or `co_await std::move(task)`. Throws std::logic_error if the task is empty
    // or has been awaited before.
    [[nodiscard]] bool await_ready() const {
        if (!handle_ || handle_.promise().runtime != nullptr) {
            throw std::logic_error("this Task is empty or has been awaited before");
        }
        return false;
    }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) {
        detail::PromiseBase& promise = waiting.promise();
        handle_.promise().start(promise, *promise.scope);
    }
    T await_resume() { return handle_.promise().take(); }

    /// For the machine and for all / any; null if the task is empty.
    [[nodiscard]] promise_type* promise() const noexcept { return handle_ ? &handle_.promise() : nullptr; }

  private:
    friend detail::PromiseCommon<T>;
    explicit Task(std::coroutine_handle<promise_type> handle) noexcept : handle_(handle) {}
    void destroy() noexcept {
        if (handle_) handle_.destroy();
    }

    std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> detail::PromiseCommon<T>::get_return_object() noexcept {
    auto handle = std::coroutine_handle<Promise<T>>::from_promise(static_cast<Promise<T>&>(*this));
    self = handle;
    return Task<T>{handle};
}

}  // namespace durable
