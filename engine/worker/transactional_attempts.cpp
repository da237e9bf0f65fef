#include "engine/worker/transactional_attempts.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/store/database_time.hpp"
#include "engine/worker/async_runner.hpp"
#include "engine/worker/payload_limits.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::worker {
namespace {

using Clock = std::chrono::steady_clock;

class Context final : public TransactionalContext {
  public:
    Context(const ActivityInfo& info, pqxx::work& tx) : info_(info), tx_(tx) {}
    [[nodiscard]] const ActivityInfo& info() const override { return info_; }
    [[nodiscard]] Timestamp now() const override {
        if (!now_) now_ = store::database_time(tx_);
        return *now_;
    }

  private:
    const ActivityInfo& info_;
    pqxx::work& tx_;
    mutable std::optional<Timestamp> now_;  ///< asked for once, by those who want it
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

AttemptOutcome TransactionalAttempts::transact(store::ActivityStore& store, const Attempt& attempt) const {
    const TransactionalActivity& activity = *registry.find_transactional(attempt.info.type);
    const Limit limit = limit_of(attempt, Clock::now());
    ActivityInfo info = attempt.info;
    info.idempotency_key = idempotency_key(info.run, info.activity);
    const auto body = [&](pqxx::work& tx) {
        require_wanted(attempt, limit);
        Context context{info, tx};
        Payload result = activity.run(context, tx, attempt.task->input);
        require_wanted(attempt, limit);
        if (auto too_large = result_too_large(*attempt.task, result, attempt.payload_limits)) {
            throw GivenUp{*std::move(too_large)};
        }
        return gate->seal_event(history::encode_event(history::ActivityCompleted{
                                    attempt.info.activity, std::move(result), attempt.info.attempt}),
                                {attempt.info.run, attempt.info.tenant, attempt.subject}, &tx);
    };
    AttemptOutcome outcome;
    try {
        if (!trust.holds(attempt.worker)) throw store::StoreUnavailable{"the lease is not trusted any more"};
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

AttemptOutcome unavailable(const store::StoreUnavailable& error) {
    if (dynamic_cast<const store::StillInDoubt*>(&error) != nullptr) {
        AttemptOutcome outcome;
        outcome.kind = AttemptOutcome::Kind::lost;
        return outcome;
    }
    Failure failure;
    failure.type = "StoreUnavailable";
    failure.message = error.what();
    return failed(std::move(failure));
}

}  // namespace durable::worker
