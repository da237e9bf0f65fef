#pragma once
// all and any: several awaitables under way at once. Structured: when the await ends, so has every branch.

#include <memory>
#include <optional>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include "engine/workflow/awaitables.hpp"

namespace durable {

/// Which branch of any() was first, and what it gave: `value` is a variant, or a T when all branches are
/// alike.
template <class Value>
struct First {
    std::size_t index = 0;
    Value value;
};

namespace detail {

template <class T>
[[nodiscard]] NotVoid<T> take_branch(Task<T>& branch) {
    if constexpr (std::is_void_v<T>) {
        branch.await_resume();
        return Nothing{};
    } else {
        return branch.await_resume();
    }
}

/// Starts branches and counts them in. Lives in the awaiting coroutine's frame, at one address while it
/// waits.
class Group : public BranchOwner {
  public:
    Group() = default;
    /// Movable only before the branches start.
    Group(Group&&) noexcept {}
    Group& operator=(Group&&) = delete;

    void branch_ended(std::size_t index, std::exception_ptr error) override;

  protected:
    void prepare(PromiseBase& owner, Scope& scope, std::size_t branches);
    template <class T>
    void start(Task<T>& branch) {
        if (!branch.await_ready()) start(*branch.promise());
    }
    /// The branch that ended first.
    [[nodiscard]] std::size_t first() const { return *first_; }
    /// The scope to cancel as soon as one branch has ended; null for all().
    void cancel_after_first(Scope& losers) { losers_ = &losers; }

  private:
    void start(PromiseBase& branch);

    PromiseBase* owner_ = nullptr;
    Scope* scope_ = nullptr;
    Scope* losers_ = nullptr;
    std::size_t started_ = 0;
    std::size_t open_ = 0;
    std::optional<std::size_t> first_;
};

/// Owns the scope of any(): a child of the awaiting coroutine's.
class FirstOfGroup : public Group {
  protected:
    void prepare(PromiseBase& owner, std::size_t branches);

  private:
    std::unique_ptr<Scope> scope_;
};

}  // namespace detail

/// `co_await wf.all(a, b, ...)`: a tuple of the results, once every branch has ended. Throws the failure of
/// the first failed branch, in argument order; the others have ended too by then.
template <class... Ts>
class [[nodiscard]] All : public detail::Group {
  public:
    using value_type = std::tuple<detail::NotVoid<Ts>...>;
    using durable_awaitable = void;

    explicit All(Task<Ts>... branches) : branches_(std::move(branches)...) {}

    [[nodiscard]] bool await_ready() const noexcept { return sizeof...(Ts) == 0; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) {
        prepare(waiting.promise(), *waiting.promise().scope, sizeof...(Ts));
        std::apply([this](auto&... branch) { (this->start(branch), ...); }, branches_);
    }
    value_type await_resume() {
        // Braces: left to right, so that the first failure in argument order is the one that is thrown.
        return std::apply([](auto&... branch) { return value_type{detail::take_branch(branch)...}; },
                          branches_);
    }

  private:
    std::tuple<Task<Ts>...> branches_;
};

/// `co_await wf.all(std::vector{...})`: a vector of the results, in order. None for none.
template <class T>
class [[nodiscard]] AllOf : public detail::Group {
  public:
    using value_type = std::vector<detail::NotVoid<T>>;
    using durable_awaitable = void;

    explicit AllOf(std::vector<Task<T>> branches) : branches_(std::move(branches)) {}

    [[nodiscard]] bool await_ready() const noexcept { return branches_.empty(); }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) {
        prepare(waiting.promise(), *waiting.promise().scope, branches_.size());
        for (Task<T>& branch : branches_) start(branch);
    }
    value_type await_resume() {
        value_type results;
        results.reserve(branches_.size());
        for (Task<T>& branch : branches_) results.push_back(detail::take_branch(branch));
        return results;
    }

  private:
    std::vector<Task<T>> branches_;
};

/// `co_await wf.any(a, b, ...)`: the first branch to succeed or fail decides; the others are cancelled and
/// waited for (an activity cancelled with try_cancel, a timer or a message ends at once). Throws the first
/// one's failure.
template <class... Ts>
class [[nodiscard]] Any : public detail::FirstOfGroup {
  public:
    using value_type = First<std::variant<detail::NotVoid<Ts>...>>;
    using durable_awaitable = void;
    static_assert(sizeof...(Ts) > 0, "any() of nothing would wait for ever");

    explicit Any(Task<Ts>... branches) : branches_(std::move(branches)...) {}

    [[nodiscard]] bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) {
        prepare(waiting.promise(), sizeof...(Ts));
        std::apply([this](auto&... branch) { (this->start(branch), ...); }, branches_);
    }
    value_type await_resume() { return take(std::index_sequence_for<Ts...>{}); }

  private:
    template <std::size_t... Is>
    value_type take(std::index_sequence<Is...>) {
        std::optional<std::variant<detail::NotVoid<Ts>...>> value;
        (..., take_if_first<Is>(value));
        return {first(), *std::move(value)};
    }
    template <std::size_t I>
    void take_if_first(std::optional<std::variant<detail::NotVoid<Ts>...>>& value) {
        if (first() == I) value.emplace(std::in_place_index<I>, detail::take_branch(std::get<I>(branches_)));
    }

    std::tuple<Task<Ts>...> branches_;
};

/// `co_await wf.any(std::vector{...})`. Throws std::invalid_argument for an empty vector: it would wait for
/// ever.
template <class T>
class [[nodiscard]] AnyOf : public detail::FirstOfGroup {
  public:
    using value_type = First<detail::NotVoid<T>>;
    using durable_awaitable = void;

    explicit AnyOf(std::vector<Task<T>> branches) : branches_(std::move(branches)) {}

    [[nodiscard]] bool await_ready() const {
        if (branches_.empty()) throw std::invalid_argument("any() of an empty vector would wait for ever");
        return false;
    }
    template <class P>
    void await_suspend(std::coroutine_handle<P> waiting) {
        prepare(waiting.promise(), branches_.size());
        for (Task<T>& branch : branches_) start(branch);
    }
    value_type await_resume() { return {first(), detail::take_branch(branches_[first()])}; }

  private:
    std::vector<Task<T>> branches_;
};

}  // namespace durable
