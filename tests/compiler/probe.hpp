#pragma once
// What a compiler must get right for workflows to be written naturally, without any of the engine's code: a
// lazy task, an event loop, types that count their lives. g++ 12 fails 37 of the 118 shapes this grew from
// (double frees, frames that are too small); the build refuses it.

#include <coroutine>
#include <deque>
#include <exception>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace durable::compiler {

/// Counts its living copies: what is made must be destroyed, once.
class Counted {
  public:
    Counted() { ++alive(); }
    Counted(const Counted&) { ++alive(); }
    Counted(Counted&&) noexcept { ++alive(); }
    Counted& operator=(const Counted&) = default;
    Counted& operator=(Counted&&) noexcept = default;
    ~Counted() { --alive(); }

    [[nodiscard]] static int& alive() {
        static int count = 0;
        return count;
    }
};

/// A string too long for the small buffer, so that a double free is one.
inline std::string text(char letter) {
    return std::string(40, letter);
}

struct Input {
    std::string to;
    std::string body;
    Counted counted;
};
struct TextId {
    std::string value;
};
struct Output {
    std::string first;
    std::string second;
    Counted counted;
};
/// A class with a constructor of its own, beside the aggregates.
class Made {
  public:
    Made(std::string a, std::string b) : joined(std::move(a) + b) {}
    std::string joined;
    Counted counted;
};

/// Coroutines that are ready to run, first in first out.
using Loop = std::deque<std::coroutine_handle<>>;

inline void drain(Loop& loop) {
    while (!loop.empty()) {
        const std::coroutine_handle<> next = loop.front();
        loop.pop_front();
        next.resume();
    }
}

template <class T>
class Task;

struct PromiseBase {
    Loop* loop = nullptr;
    std::coroutine_handle<> waiting;
    std::exception_ptr error;

    struct Final {
        [[nodiscard]] bool await_ready() const noexcept { return false; }
        template <class P>
        void await_suspend(std::coroutine_handle<P> ended) const noexcept {
            PromiseBase& promise = ended.promise();
            if (promise.waiting) promise.loop->push_back(promise.waiting);
        }
        void await_resume() const noexcept {}
    };
    [[nodiscard]] std::suspend_always initial_suspend() const noexcept { return {}; }
    [[nodiscard]] Final final_suspend() const noexcept { return {}; }
    void unhandled_exception() noexcept { error = std::current_exception(); }
};

template <class T>
struct Promise : PromiseBase {
    std::optional<T> value;
    Task<T> get_return_object() noexcept;
    template <class U>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
};

/// Lazy, owns its frame, resumed from the loop only.
template <class T>
class [[nodiscard]] Task {
  public:
    using promise_type = Promise<T>;

    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
    Task& operator=(Task&&) = delete;
    ~Task() {
        if (handle_) handle_.destroy();
    }

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) {
        handle_.promise().waiting = waiting;
        start(*waiting.promise().loop);
    }
    T await_resume() {
        if (handle_.promise().error) std::rethrow_exception(handle_.promise().error);
        return std::move(*handle_.promise().value);
    }
    void start(Loop& loop) {
        handle_.promise().loop = &loop;
        loop.push_back(handle_);
    }
    [[nodiscard]] bool done() const { return handle_.done(); }

  private:
    std::coroutine_handle<promise_type> handle_;
};

template <class T>
Task<T> Promise<T>::get_return_object() noexcept {
    return Task<T>{std::coroutine_handle<Promise<T>>::from_promise(*this)};
}

/// Suspends and is resumed from the loop: the place where an activity would run.
struct Yield {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) const {
        waiting.promise().loop->push_back(waiting);
    }
    void await_resume() const noexcept {}
};
/// Suspends for ever: its frame is destroyed there.
struct Never {
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<>) const noexcept {}
    void await_resume() const noexcept {}
};

/// An awaitable that owns what it was given, as wf.run(activity, input) does.
template <class T>
class Call {
  public:
    explicit Call(T input) : input_(std::move(input)) {}
    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) const {
        waiting.promise().loop->push_back(waiting);
    }
    T await_resume() { return std::move(input_); }

  private:
    T input_;
};

template <class T>
Call<T> by_value(T input) {
    return Call<T>{std::move(input)};
}
template <class T>
Call<T> by_reference(const T& input) {
    return Call<T>{input};
}
template <class T>
Call<T> by_rvalue(T&& input) {
    return Call<T>{std::move(input)};
}

}  // namespace durable::compiler
