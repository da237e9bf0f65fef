// Waiting for a run's end, and reading how it ended.

#include <algorithm>
#include <thread>

#include "engine/client/client_impl.hpp"
#include "engine/client/pause.hpp"

namespace durable::client {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

Failure terminated(const history::WorkflowTerminated& end) {
    Failure failure;
    failure.kind = FailureKind::terminated;
    failure.message = end.reason.empty() ? "terminated" : end.reason;
    if (!end.identity.empty()) failure.message += " (by " + end.identity + ")";
    failure.retryable = false;
    return failure;
}

Failure timed_out(const history::WorkflowTimedOut& end) {
    Failure failure;
    failure.kind = FailureKind::timed_out;
    failure.message = end.reason;
    failure.retryable = false;
    return failure;
}

void take_end(RunResult& ended, const history::Event& event) {
    if (const auto* completed = std::get_if<history::WorkflowCompleted>(&event)) {
        ended.result = completed->result;
    } else if (const auto* failed = std::get_if<history::WorkflowFailed>(&event)) {
        ended.failure = failed->failure;
    } else if (const auto* canceled = std::get_if<history::WorkflowCanceled>(&event)) {
        ended.failure = canceled->failure;
    } else if (const auto* late = std::get_if<history::WorkflowTimedOut>(&event)) {
        ended.failure = timed_out(*late);
    } else if (const auto* killed = std::get_if<history::WorkflowTerminated>(&event)) {
        ended.failure = terminated(*killed);
    }
}

/// The run that took over from a closed one: continued as new, tried again, or reset.
std::optional<RunId> continued_by(const store::Closed& closed) {
    if (!closed.last) return std::nullopt;
    const auto last = history::decode_activation(closed.last->first_event, closed.last->bytes);
    if (last.commands.empty()) return std::nullopt;
    return store::successor(last.commands.back());
}

RunResult result_of(RunId run, const store::Closed& closed) {
    RunResult ended{run, closed.status, {}, {}};
    if (!closed.last) return ended;
    const auto last = history::decode_activation(closed.last->first_event, closed.last->bytes);
    if (!last.commands.empty()) {
        take_end(ended, last.commands.back());
    } else if (!last.arrived.empty()) {
        take_end(ended, last.arrived.back());
    }
    return ended;
}

}  // namespace

RunResult Client::wait_result(const RunRef& ref, milliseconds timeout) {
    const auto give_up = Clock::now() + std::min<milliseconds>(timeout, std::chrono::hours{24 * 365});
    // Before the first look, so that no closing falls between the look and the wait.
    std::optional<ClosedWatch::Waiter> waiter;
    if (impl_->closed) waiter.emplace(*impl_->closed);

    auto run = ref.run ? ref.run : resolve(ref);
    if (!run) throw NotFound("there is no " + describe_ref(ref));
    Pause pause;
    while (true) {
        std::optional<store::Closed> closed;
        impl_->transactions.look([&](pqxx::transaction_base& tx) { closed = store::closed(tx, *run); });
        if (!closed) throw NotFound("there is no " + describe_ref(ref));
        if (closed->last) impl_->gate.open(*closed->last);
        const auto next = continued_by(*closed);
        if (!next && closed->status != replay::RunStatus::running) return result_of(*run, *closed);

        const auto left = std::chrono::ceil<milliseconds>(give_up - Clock::now());
        if (left <= milliseconds::zero()) {
            throw WaitTimedOut(describe_ref(ref) + " still runs after " + std::to_string(timeout.count()) +
                               " ms");
        }
        if (next) {
            std::optional<RunId> newest;
            impl_->transactions.look(
                [&](pqxx::transaction_base& tx) { newest = store::newest_of_chain(tx, *next); });
            run = newest.value_or(*next);  // none: the workflow id has another chain by now, so go run by run
        } else if (waiter) {
            waiter->wait(pause.next(left));
        } else {
            std::this_thread::sleep_for(pause.next(left));
        }
    }
}

}  // namespace durable::client
