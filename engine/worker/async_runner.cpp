#include "engine/worker/async_runner.hpp"

#include <boost/asio/post.hpp>
#include <chrono>
#include <utility>

#include "engine/worker/running_attempt.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::worker {
namespace {

/// What settles while a batch of attempts is started is reported together: each report may wake somebody.
class Gathering {
  public:
    explicit Gathering(SettledSink sink) : sink_(std::move(sink)) {}

    void add(Settled one) {
        settled_.push_back(std::move(one));
        if (over_ || Clock::now() - since_ >= longest) pass_on();
    }
    /// All have been started: what settles from now on is reported at once.
    void end() {
        over_ = true;
        pass_on();
    }

  private:
    using Clock = std::chrono::steady_clock;
    static constexpr std::chrono::microseconds longest{200};

    void pass_on() {
        if (!settled_.empty()) sink_(std::exchange(settled_, {}));
        since_ = Clock::now();
    }

    SettledSink sink_;
    std::vector<Settled> settled_;
    Clock::time_point since_ = Clock::now();
    bool over_ = false;
};

}  // namespace

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
    const auto batch = std::make_shared<std::vector<Attempt>>(std::move(attempts));
    boost::asio::post(context_, [this, batch, settled = std::move(settled)] {
        const auto gathering = std::make_shared<Gathering>(settled);
        const auto report = [gathering](Settled one) { gathering->add(std::move(one)); };
        const auto executor = context_.get_executor();
        run_attempts(executor, std::move(*batch), [this, executor, report](Attempt attempt) {
            const AsyncActivity& activity = *registry_.find_async(attempt.info.type);
            return std::make_shared<RunningAttempt>(std::move(attempt), activity, trust_, executor, report);
        });
        gathering->end();
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
