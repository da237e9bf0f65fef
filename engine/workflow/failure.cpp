#include "engine/workflow/failure.hpp"

#include <utility>

#include "engine/workflow/json_writer.hpp"

namespace durable {
namespace {

constexpr std::size_t text_max = 4096;
constexpr int causes_max = 16;

/// At most text_max bytes, cut between characters, with a mark that it was cut.
std::string cut(const std::string& text) {
    std::string valid = to_valid_utf8(text);
    if (valid.size() <= text_max) return valid;
    constexpr std::string_view mark = " [cut]";
    std::size_t end = text_max - mark.size();
    while (end > 0 && (static_cast<unsigned char>(valid[end]) & 0xC0) == 0x80) --end;
    valid.resize(end);
    valid += mark;
    return valid;
}

std::shared_ptr<const Failure> bounded_cause(const std::shared_ptr<const Failure>& cause, int depth);

Failure bounded_at(Failure failure, int depth) {
    failure.type = cut(failure.type);
    failure.message = cut(failure.message);
    failure.activity = cut(failure.activity);
    failure.cause = bounded_cause(failure.cause, depth + 1);
    return failure;
}

std::shared_ptr<const Failure> bounded_cause(const std::shared_ptr<const Failure>& cause, int depth) {
    if (!cause || depth > causes_max) return nullptr;
    return std::make_shared<const Failure>(bounded_at(*cause, depth));
}

std::string attempts_text(int attempts) {
    return std::to_string(attempts) + (attempts == 1 ? " attempt" : " attempts");
}

std::string headline(const Failure& failure) {
    switch (failure.kind) {
        case FailureKind::application:
            return failure.type.empty() ? "error" : failure.type;
        case FailureKind::activity:
            return "activity " + failure.activity + " failed after " + attempts_text(failure.attempts) +
                   " (" + std::string{to_string(failure.retry_state)} + ')';
        case FailureKind::timed_out: {
            if (failure.timeout == TimeoutType::none) return "timed out";
            const std::string what = failure.activity.empty() ? "wait" : "activity " + failure.activity;
            return what + " timed out (" + std::string{to_string(failure.timeout)} + ')';
        }
        case FailureKind::canceled:
            return failure.activity.empty() ? "canceled" : "activity " + failure.activity + " canceled";
        case FailureKind::child:
            return failure.activity.empty() ? "child workflow failed"
                                            : "child workflow " + failure.activity + " failed";
        case FailureKind::terminated:
            return "terminated";
    }
    return "failure";
}

}  // namespace

std::string_view to_string(FailureKind kind) {
    return boost::describe::enum_to_string(kind, "unknown");
}
std::string_view to_string(RetryState state) {
    return boost::describe::enum_to_string(state, "unknown");
}
std::string_view to_string(TimeoutType type) {
    return boost::describe::enum_to_string(type, "unknown");
}

bool Failure::operator==(const Failure& other) const {
    const bool same = kind == other.kind && type == other.type && message == other.message &&
                      details == other.details && retryable == other.retryable &&
                      next_delay == other.next_delay && activity == other.activity &&
                      activity_id == other.activity_id && attempts == other.attempts &&
                      retry_state == other.retry_state && timeout == other.timeout;
    if (!same || !cause || !other.cause) return same && cause == other.cause;
    return *cause == *other.cause;
}

std::string Failure::to_string() const {
    std::string text = headline(*this);
    if (!message.empty()) text += ": " + message;
    if (cause) text += ": " + cause->to_string();
    return text;
}

Failure bounded(Failure failure) {
    return bounded_at(std::move(failure), 0);
}

// --- exceptions ------------------------------------------------------------------------------------------

namespace {

Failure application_failure(std::string type, std::string message, ApplicationError::Options options) {
    Failure failure{.kind = FailureKind::application, .type = std::move(type), .message = std::move(message)};
    failure.retryable = options.retryable;
    failure.next_delay = options.next_delay;
    failure.details = std::move(options.details);
    return failure;
}

}  // namespace

DurableError::DurableError(Failure failure) : failure_(std::move(failure)), text_(failure_.to_string()) {}

ApplicationError::ApplicationError(std::string type, std::string message)
    : ApplicationError(std::move(type), std::move(message), Options{}) {}
ApplicationError::ApplicationError(std::string type, std::string message, Options options)
    : DurableError(application_failure(std::move(type), std::move(message), std::move(options))) {}
ApplicationError::ApplicationError(Failure failure) : DurableError(std::move(failure)) {}

ActivityFailed::ActivityFailed(Failure failure) : DurableError(std::move(failure)) {}
TimedOut::TimedOut(Failure failure) : DurableError(std::move(failure)) {}
Canceled::Canceled(std::string reason)
    : DurableError(Failure{.kind = FailureKind::canceled, .message = std::move(reason), .retryable = false}) {
}
Canceled::Canceled(Failure failure) : DurableError(std::move(failure)) {}
ChildFailed::ChildFailed(Failure failure) : DurableError(std::move(failure)) {}

void throw_failure(const Failure& failure) {
    switch (failure.kind) {
        case FailureKind::application:
            throw ApplicationError{failure};
        case FailureKind::activity:
            throw ActivityFailed{failure};
        case FailureKind::timed_out:
            throw TimedOut{failure};
        case FailureKind::canceled:
            throw Canceled{failure};
        case FailureKind::child:
        case FailureKind::terminated:
            break;
    }
    throw ChildFailed{failure};
}

}  // namespace durable
