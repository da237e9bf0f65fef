#pragma once
// What went wrong, twice: Failure is the value that history keeps; the exceptions below are how workflow code
// meets it. `co_await wf.run(...)` throws, `co_await wf.attempt(...)` returns an Outcome<T>.
//
//   DurableError
//   ├── ApplicationError   the business said no: type, message, details; may be declared non-retryable
//   ├── ActivityFailed     an activity gave up: which, after how many attempts, why it stopped, and the cause
//   ├── TimedOut           an activity's or a wait's time ran out
//   ├── Canceled           the scope was cancelled
//   └── ChildFailed        a child workflow was not started or did not complete: the cause tells why
//
// Anything else that escapes workflow code is a bug: it blocks the run until fixed code arrives.

#include <boost/describe.hpp>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/workflow/ids.hpp"
#include "engine/workflow/payload.hpp"
#include "engine/workflow/time.hpp"

namespace durable {

enum class FailureKind : std::uint8_t { application, activity, timed_out, canceled, child, terminated };
BOOST_DESCRIBE_ENUM(FailureKind, application, activity, timed_out, canceled, child, terminated)

/// Why an activity was not tried again.
enum class RetryState : std::uint8_t {
    none,           ///< not an activity failure
    non_retryable,  ///< the error, or its type, is declared final
    timeout,  ///< schedule-to-close or schedule-to-start ran out, or the next attempt would start too late
    maximum_attempts,  ///< the policy's attempts are spent
    lost_attempts,     ///< the worker died under it too many times (10)
    cancel_requested,  ///< the workflow asked it to stop
    outcome_unknown,   ///< at-most-once: it may or may not have happened, and must not be repeated
};
BOOST_DESCRIBE_ENUM(RetryState, none, non_retryable, timeout, maximum_attempts, lost_attempts,
                    cancel_requested, outcome_unknown)

/// Which of an activity's times was up; `wait`: that of the workflow's own wait.
enum class TimeoutType : std::uint8_t {
    none,
    schedule_to_close,
    schedule_to_start,
    start_to_close,
    heartbeat,
    wait
};
BOOST_DESCRIBE_ENUM(TimeoutType, none, schedule_to_close, schedule_to_start, start_to_close, heartbeat, wait)

/// A recorded failure. Immutable once made; `cause` is shared, never null-cyclic.
struct Failure {
    FailureKind kind = FailureKind::application;
    std::string type{};     ///< application failures: the author's name for it, such as "InvalidNumber"
    std::string message{};  ///< for people; at most 4 KiB, cut when recorded
    Payload details{};      ///< application failures: anything encodable; null otherwise
    bool retryable = true;
    std::optional<Duration> next_delay{};  ///< replaces the policy's delay before the next attempt
    std::string activity{};                ///< name of the activity, or type of the child, that failed
    EventId activity_id{};                 ///< the event that scheduled or initiated it
    int attempts = 0;
    RetryState retry_state = RetryState::none;
    TimeoutType timeout = TimeoutType::none;
    std::shared_ptr<const Failure> cause{};

    bool operator==(const Failure& other) const;
    /// "activity send_sms failed after 3 attempts (maximum_attempts): InvalidNumber: ..." with the chain of
    /// causes.
    [[nodiscard]] std::string to_string() const;
};

/// What may be recorded: UTF-8, texts cut to 4 KiB, at most 16 causes deep.
[[nodiscard]] Failure bounded(Failure failure);

[[nodiscard]] std::string_view to_string(FailureKind kind);
[[nodiscard]] std::string_view to_string(RetryState state);
[[nodiscard]] std::string_view to_string(TimeoutType type);

/// Root of every exception that workflow code may let escape.
class DurableError : public std::exception {
  public:
    explicit DurableError(Failure failure);
    [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }
    [[nodiscard]] const Failure& failure() const noexcept { return failure_; }

  private:
    Failure failure_;
    std::string text_;
};

/// Thrown by activities and workflows to say that the business cannot go on.
class ApplicationError : public DurableError {
  public:
    struct Options {
        bool retryable = true;
        std::optional<Duration> next_delay{};
        Payload details{};
    };
    ApplicationError(std::string type, std::string message);
    ApplicationError(std::string type, std::string message, Options options);
    explicit ApplicationError(Failure failure);
};

/// An activity has ended without a result, after all its attempts.
class ActivityFailed : public DurableError {
  public:
    explicit ActivityFailed(Failure failure);
    [[nodiscard]] const Failure* cause() const noexcept { return failure().cause.get(); }
    /// True when the effect may or may not have happened (at-most-once activities).
    [[nodiscard]] bool outcome_unknown() const noexcept {
        return failure().retry_state == RetryState::outcome_unknown;
    }
};

/// A time-out of an activity, or of a wait.
class TimedOut : public DurableError {
  public:
    explicit TimedOut(Failure failure);
};

/// What is awaited was cancelled, or the scope in which it is awaited.
class Canceled : public DurableError {
  public:
    explicit Canceled(std::string reason);
    explicit Canceled(Failure failure);
};

/// A child workflow has ended without a result.
class ChildFailed : public DurableError {
  public:
    explicit ChildFailed(Failure failure);
};

/// Throws the exception class that belongs to `failure.kind`.
[[noreturn]] void throw_failure(const Failure& failure);

/// A result or a failure, as a value: what `attempt` gives, so that nobody needs co_await inside a catch.
template <class T>
class [[nodiscard]] Outcome {
  public:
    Outcome(T value) : state_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
    Outcome(Failure failure) : state_(std::move(failure)) {}  // NOLINT(google-explicit-constructor)

    [[nodiscard]] bool ok() const noexcept { return state_.index() == 0; }
    explicit operator bool() const noexcept { return ok(); }
    /// The result; throws the failure if there is none.
    [[nodiscard]] const T& value() const& {
        if (!ok()) throw_failure(std::get<1>(state_));
        return std::get<0>(state_);
    }
    [[nodiscard]] T&& value() && {
        if (!ok()) throw_failure(std::get<1>(state_));
        return std::get<0>(std::move(state_));
    }
    /// Requires !ok().
    [[nodiscard]] const Failure& failure() const { return std::get<1>(state_); }
    [[nodiscard]] bool canceled() const noexcept {
        return !ok() && std::get<1>(state_).kind == FailureKind::canceled;
    }

  private:
    std::variant<T, Failure> state_;
};

/// Stands for "no value" where a value type is needed: activities without input or output use it.
struct Nothing {
    bool operator==(const Nothing&) const = default;
};

}  // namespace durable
