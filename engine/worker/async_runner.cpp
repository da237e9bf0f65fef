#include "engine/worker/async_runner.hpp"

#include <boost/asio/post.hpp>
#include <utility>

#include "engine/worker/running_attempt.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::worker {

AsyncRunner::AsyncRunner(const ActivityRegistry& registry, const TrustWindow& trust)
    : registry_(registry), trust_(trust), work_(boost::asio::make_work_guard(context_)) {
    thread_ = std::thread{[this] { context_.run(); }};
}

AsyncRunner::~AsyncRunner() {
    // Coroutines that still wait are destroyed with the context, on this thread, after the runner's has
    // ended.
    context_.stop();
    thread_.join();
}

void AsyncRunner::start(std::vector<Attempt> attempts, SettledSink settled) {
    if (attempts.empty()) return;
    auto batch = std::make_shared<std::vector<Attempt>>(std::move(attempts));
    boost::asio::post(context_, [this, batch, settled = std::move(settled)] {
        for (Attempt& attempt : *batch) {
            const AsyncActivity& activity = *registry_.find_async(attempt.info.type);
            std::make_shared<RunningAttempt>(std::move(attempt), activity, trust_, context_.get_executor(),
                                             settled)
                ->start();
        }
    });
}

Failure failure_of(const std::exception_ptr& thrown) {
    Failure failure;
    try {
        std::rethrow_exception(thrown);
    } catch (const DurableError& error) {
        failure = error.failure();
    } catch (const DecodeError& error) {
        failure.type = "DecodeError";
        failure.message = error.what();
        failure.retryable = false;
    } catch (const OutcomeUnknown& error) {
        failure.type = "OutcomeUnknown";
        failure.message = error.what();
    } catch (const std::exception& error) {
        failure.type = "exception";
        failure.message = error.what();
    } catch (...) {
        failure.type = "exception";
        failure.message = "something that is not a std::exception was thrown";
    }
    constexpr std::size_t message_max = 4096;
    if (failure.message.size() > message_max) failure.message.resize(message_max);
    return failure;
}

bool leaves_outcome_unknown(const std::exception_ptr& thrown) {
    try {
        std::rethrow_exception(thrown);
    } catch (const DurableError&) {
        return false;
    } catch (const DecodeError&) {
        return false;
    } catch (...) {
        return true;
    }
}

}  // namespace durable::worker
