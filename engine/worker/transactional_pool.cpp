#include "engine/worker/transactional_pool.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/worker/async_runner.hpp"
#include "engine/worker/payload_limits.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::worker {
namespace {

using Clock = std::chrono::steady_clock;

class Context final : public TransactionalContext {
  public:
    Context(const ActivityInfo& info, Timestamp now) : info_(info), now_(now) {}
    [[nodiscard]] const ActivityInfo& info() const override { return info_; }
    [[nodiscard]] Timestamp now() const override { return now_; }

  private:
    const ActivityInfo& info_;
    Timestamp now_;
};

/// Thrown between the business SQL and the commit: rolls both back.
struct GivenUp {
    Failure failure;
};

struct Limit {
    Clock::time_point at = Clock::time_point::max();
    TimeoutType type = TimeoutType::none;
};

Limit limit_of(const Attempt& attempt, Clock::time_point started) {
    Limit limit;
    const ActivityOptions& options = attempt.task->options;
    if (options.start_to_close > Duration::zero()) {
        limit = {started + options.start_to_close, TimeoutType::start_to_close};
    }
    if (!attempt.close_by) return limit;
    const auto close = started + std::max(Duration::zero(), *attempt.close_by - attempt.info.started_at);
    return close < limit.at ? Limit{close, TimeoutType::schedule_to_close} : limit;
}

void require_wanted(const Attempt& attempt, const Limit& limit) {
    Failure failure;
    if (Clock::now() >= limit.at) {
        failure.kind = FailureKind::timed_out;
        failure.timeout = limit.type;
        failure.message =
            "the attempt ran out of time (" + std::string{to_string(limit.type)} + "), rolled back";
        throw GivenUp{std::move(failure)};
    }
    if (attempt.control->asked().stop_requested()) {
        failure.kind = FailureKind::canceled;
        failure.message = "asked to stop before its commit, rolled back";
        throw GivenUp{std::move(failure)};
    }
}

AttemptOutcome failed(Failure failure) {
    AttemptOutcome outcome;
    outcome.kind = AttemptOutcome::Kind::failed;
    outcome.failure = std::move(failure);
    return outcome;
}

}  // namespace

TransactionalPool::TransactionalPool(Options options, const ActivityRegistry& registry,
                                     const TrustWindow& trust)
    : options_(std::move(options)), registry_(registry), trust_(trust) {
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

TransactionalPool::~TransactionalPool() {
    jobs_.close();
    for (std::thread& thread : threads_) thread.join();
}

void TransactionalPool::start(std::vector<Attempt> attempts, const SettledSink& settled) {
    std::vector<Job> jobs;
    for (Attempt& attempt : attempts) jobs.push_back({std::move(attempt), settled});
    jobs_.put_all(std::move(jobs));
}

void TransactionalPool::work() {
    store::ActivityStore store{options_.connection_string, options_.faults};
    while (auto job = jobs_.take()) {
        if (!jobs_.closed()) run(store, std::move(*job));
    }
}

void TransactionalPool::run(store::ActivityStore& store, Job job) {
    Attempt& attempt = job.attempt;
    attempt.info.idempotency_key =
        attempt.info.run.value.to_string() + "/" + std::to_string(attempt.info.activity.value);
    const auto started = Clock::now();
    AttemptOutcome outcome = outcome_of(store, attempt);
    outcome.attempt = attempt.info.attempt;
    outcome.ran = std::chrono::duration_cast<Duration>(Clock::now() - started);
    attempt.slot = {};
    job.settled({attempt.id, attempt.info.run, attempt.info.activity, attempt.info.type, std::move(outcome)});
}

AttemptOutcome TransactionalPool::outcome_of(store::ActivityStore& store, const Attempt& attempt) {
    std::chrono::milliseconds pause{50};
    // An unreachable database is not the activity's failure: within the lease it is tried again as the same
    // attempt.
    while (true) {
        try {
            return transact(store, attempt);
        } catch (const store::StoreUnavailable& error) {
            if (trust_.holds() && !jobs_.closed()) {
                std::this_thread::sleep_for(pause);
                pause = std::min(pause * 2, std::chrono::milliseconds{1000});
                continue;
            }
            Failure failure;
            failure.type = "StoreUnavailable";
            failure.message = error.what();
            return failed(std::move(failure));
        }
    }
}

AttemptOutcome TransactionalPool::transact(store::ActivityStore& store, const Attempt& attempt) {
    const TransactionalActivity& activity = *registry_.find_transactional(attempt.info.type);
    const Limit limit = limit_of(attempt, Clock::now());
    const auto body = [&](pqxx::work& tx, Timestamp now) {
        require_wanted(attempt, limit);
        Context context{attempt.info, now};
        Payload result = activity.run(context, tx, attempt.task->input);
        require_wanted(attempt, limit);
        if (auto too_large = result_too_large(*attempt.task, result, attempt.payload_limits)) {
            throw GivenUp{*std::move(too_large)};
        }
        return options_.gate->seal_event(history::encode_event(history::ActivityCompleted{
                                             attempt.info.activity, std::move(result), attempt.info.attempt}),
                                         {attempt.info.run, attempt.info.tenant, attempt.subject}, &tx);
    };
    AttemptOutcome outcome;
    try {
        if (!trust_.holds()) throw store::StoreUnavailable{"the lease is not trusted any more"};
        const auto done = store.transact(
            {attempt.worker, attempt.info.run, attempt.info.activity, attempt.fence, attempt.eager}, body);
        outcome.kind = done == store::ActivityStore::TransactionalOutcome::committed
                           ? AttemptOutcome::Kind::recorded
                           : AttemptOutcome::Kind::lost;
        return outcome;
    } catch (const store::StoreUnavailable&) {
        throw;
    } catch (const GivenUp& given_up) {
        return failed(given_up.failure);
    } catch (...) {
        return failed(failure_of(std::current_exception()));
    }
}

}  // namespace durable::worker
