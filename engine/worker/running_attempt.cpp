#include "engine/worker/running_attempt.hpp"

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <utility>

#include "engine/store/completion_token.hpp"
#include "engine/worker/payload_limits.hpp"
#include "engine/workflow/codec.hpp"

namespace durable::worker {

namespace asio = boost::asio;

RunningAttempt::RunningAttempt(Attempt attempt, const AsyncActivity& activity, const TrustWindow& trust,
                               asio::any_io_executor executor, std::function<void(Settled)> report)
    : attempt_(std::move(attempt)),
      activity_(activity),
      trust_(trust),
      executor_(std::move(executor)),
      settled_(std::move(report)) {
    attempt_.info.idempotency_key = idempotency_key(attempt_.info.run, attempt_.info.activity);
    attempt_.info.in_doubt_since = trust_.in_doubt_since(attempt_.info.run);
    set_deadlines();
}

void RunningAttempt::watch(std::weak_ptr<asio::cancellation_signal> coroutine) {
    if (reported_) return;
    timer_.emplace(executor_);
    arm();
    // The owner abandons on its own thread; asio's signal belongs to this one. Who has abandoned it already is heard.
    auto break_off = [weak = weak_from_this(), coroutine = std::move(coroutine)] {
        const auto self = weak.lock();
        const auto signal = coroutine.lock();
        if (self && !self->ended_ && signal) signal->emit(asio::cancellation_type::terminal);
    };
    on_abandon_.emplace(attempt_.control->abandoned(),
                        [executor = executor_, break_off] { asio::post(executor, break_off); });
}

asio::awaitable<void> RunningAttempt::run(std::shared_ptr<RunningAttempt> self) {
    try {
        co_await make(self);
    } catch (const std::exception&) {
        // Broken off between two waits: nobody waits for its report.
    }
    self->ended_ = true;
    if (self->timer_) self->timer_->cancel();
    self->on_abandon_.reset();
    self->attempt_.slot = {};
}

asio::awaitable<void> RunningAttempt::make(std::shared_ptr<RunningAttempt> self) {
    if (must_reconcile(self->attempt_) && !co_await reconcile(self)) co_return;
    if (!self->still_ours()) {
        self->report(AttemptOutcome::Kind::lost, {}, {});
        co_return;
    }
    co_await attempt_it(self);
}

/// False after standing still for longer than the lease: somebody else may be at it, and have looked already whether it
/// has had its effect.
bool RunningAttempt::still_ours() const {
    return trust_.holds(attempt_.worker) && !attempt_.control->abandoned().stop_requested();
}

asio::awaitable<void> RunningAttempt::attempt_it(std::shared_ptr<RunningAttempt> self) {
    Payload result;
    std::exception_ptr thrown;
    bool handed_out = false;
    try {
        result = co_await self->activity_.run(*self, self->attempt_.task->input);
    } catch (const CompletedLater&) {
        handed_out = true;
    } catch (...) {
        thrown = std::current_exception();
    }
    const Attempt& attempt = self->attempt_;
    if (auto too_large =
            thrown ? std::nullopt : result_too_large(*attempt.task, result, attempt.payload_limits)) {
        self->report(AttemptOutcome::Kind::failed, {}, *std::move(too_large));
        co_return;
    }
    if (handed_out) {
        self->report(AttemptOutcome::Kind::handed_out, {}, {});
        co_return;
    }
    if (!thrown) {
        self->report(AttemptOutcome::Kind::completed, std::move(result), {});
        co_return;
    }
    const bool at_most_once = self->attempt_.task->options.delivery == Delivery::at_most_once;
    const bool unknown = at_most_once && leaves_outcome_unknown(thrown);
    self->report(unknown ? AttemptOutcome::Kind::unknown : AttemptOutcome::Kind::failed, {},
                 failure_of(thrown));
}

asio::awaitable<bool> RunningAttempt::reconcile(std::shared_ptr<RunningAttempt> self) {
    using Verdict = Reconciled<Payload>::Verdict;
    Reconciled<Payload> found{Verdict::unknown, {}};
    std::exception_ptr thrown;
    try {
        found = co_await self->activity_.reconcile(*self, self->attempt_.task->input);
    } catch (...) {
        thrown = std::current_exception();
    }
    if (found.verdict == Verdict::happened && found.output) {
        self->report(AttemptOutcome::Kind::completed, std::move(*found.output), {});
        co_return false;
    }
    if (found.verdict == Verdict::absent) co_return self->may_send_again();
    Failure failure;
    failure.type = "OutcomeUnknown";
    failure.message = "it cannot be shown whether an earlier attempt had its effect";
    self->report(AttemptOutcome::Kind::still_unknown, {}, thrown ? failure_of(thrown) : std::move(failure));
    co_return false;
}

/// Proven absent: an attempt that was made and failed has spent the policy, one that was lost has not.
bool RunningAttempt::may_send_again() {
    if (reported_) return false;
    const auto& last = attempt_.last_failure;
    if (!last || last->retry_state != RetryState::outcome_unknown) return true;
    const int most = attempt_.task->options.retry.maximum_attempts;
    if (most > 0 && attempt_.info.attempt >= most) {
        Failure failure = *last;
        failure.retry_state = RetryState::none;
        report(AttemptOutcome::Kind::failed, {}, std::move(failure));
        return false;
    }
    ++attempt_.info.attempt;
    return true;
}

// --- time --------------------------------------------------------------------------------------------------

void RunningAttempt::set_deadlines() {
    const ActivityOptions& options = attempt_.task->options;
    if (options.start_to_close > Duration::zero()) start_to_close_ = started_ + options.start_to_close;
    if (attempt_.close_by) {
        schedule_to_close_ =
            started_ + std::max(Duration::zero(), *attempt_.close_by - attempt_.info.started_at);
    }
}

std::chrono::steady_clock::time_point RunningAttempt::deadline() const {
    const auto trusted = Clock::now() + std::chrono::duration_cast<Clock::duration>(trust_.remaining());
    // A lease that is renewed in time does not limit an attempt; one that is lost does, at once.
    const auto lease = trust_.holds(attempt_.worker) ? Clock::time_point::max() : trusted;
    return std::min({start_to_close_, schedule_to_close_, lease});
}

void RunningAttempt::arm() {
    auto next = std::min(start_to_close_, schedule_to_close_);
    const Duration heartbeat = attempt_.task->options.heartbeat;
    if (heartbeat > Duration::zero()) next = std::min(next, last_beat_ + heartbeat);
    if (next == Clock::time_point::max()) return;
    timer_->expires_at(next);
    timer_->async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
        const auto self = weak.lock();
        if (!error && self) self->timer_fired();
    });
}

void RunningAttempt::timer_fired() {
    if (reported_ || ended_) return;
    const auto type = expired(Clock::now());
    if (!type) return arm();
    time_out(*type);
}

std::optional<TimeoutType> RunningAttempt::expired(Clock::time_point now) const {
    if (now >= schedule_to_close_) return TimeoutType::schedule_to_close;
    if (now >= start_to_close_) return TimeoutType::start_to_close;
    const Duration heartbeat = attempt_.task->options.heartbeat;
    if (heartbeat > Duration::zero() && now >= last_beat_ + heartbeat) return TimeoutType::heartbeat;
    return std::nullopt;
}

void RunningAttempt::time_out(TimeoutType type) {
    Failure failure;
    failure.kind = FailureKind::timed_out;
    failure.timeout = type;
    failure.message = "the attempt ran out of time (" + std::string{to_string(type)} + ")";
    const bool at_most_once = attempt_.task->options.delivery == Delivery::at_most_once;
    report(at_most_once ? AttemptOutcome::Kind::unknown : AttemptOutcome::Kind::failed, {},
           std::move(failure));
    attempt_.control->abandon();
}

void RunningAttempt::heartbeat(Payload details) {
    last_beat_ = Clock::now();
    details_ = std::move(details);
    attempt_.control->note_details(details_);
}

void RunningAttempt::must_be_external() const {
    if (activity_.external && !attempt_.eager) return;
    throw std::logic_error("activity " + attempt_.info.type +
                           " cannot be completed from outside: register it with ActivityRegistry::external");
}

std::string RunningAttempt::completion_token() const {
    must_be_external();
    return store::CompletionToken{attempt_.info.run, attempt_.info.activity, attempt_.fence}.to_string();
}

void RunningAttempt::complete_later() {
    must_be_external();
    throw CompletedLater{};
}

void RunningAttempt::report(AttemptOutcome::Kind kind, Payload result, Failure failure) {
    if (std::exchange(reported_, true)) return;
    // The slot is free before the report, so that what the report leads to finds room.
    const bool over = kind == AttemptOutcome::Kind::completed || kind == AttemptOutcome::Kind::handed_out;
    if (over) attempt_.slot = {};
    AttemptOutcome outcome;
    outcome.kind = kind;
    outcome.result = std::move(result);
    outcome.failure = std::move(failure);
    outcome.attempt = attempt_.info.attempt;
    outcome.heartbeat_details = details_;
    outcome.ran = std::chrono::duration_cast<Duration>(Clock::now() - started_);
    settled_(
        {attempt_.id, attempt_.info.run, attempt_.info.activity, attempt_.info.type, std::move(outcome)});
}

// --- coroutines --------------------------------------------------------------------------------------------

namespace {

/// Attempts that are still to be begun.
class Queue {
  public:
    Queue(std::vector<Attempt> attempts, MakeRunning make)
        : attempts_{std::move(attempts)}, make_{std::move(make)} {}

    std::shared_ptr<RunningAttempt> next() {
        if (begun_ < attempts_.size()) return make_(std::move(attempts_[begun_++]));
        // An attempt that waits long does not keep where the others stood.
        attempts_ = std::vector<Attempt>{};
        begun_ = 0;
        return nullptr;
    }

  private:
    std::vector<Attempt> attempts_;
    MakeRunning make_;
    std::size_t begun_ = 0;
};

/// A coroutine with the attempt that it is at. Who breaks it off means that one: by the time one that has waited
/// ends, all others have been begun.
struct Carriage {
    std::shared_ptr<RunningAttempt> attempt;
    asio::cancellation_signal broken_off{};
};

asio::awaitable<void> carry(std::shared_ptr<Carriage> carriage, std::shared_ptr<Queue> queue) {
    while (carriage->attempt) {
        co_await RunningAttempt::run(carriage->attempt);
        carriage->attempt = queue->next();
    }
}

}  // namespace

void run_attempts(const asio::any_io_executor& executor, std::vector<Attempt> attempts, MakeRunning make) {
    const auto queue = std::make_shared<Queue>(std::move(attempts), std::move(make));
    while (auto first = queue->next()) {
        const auto carriage = std::make_shared<Carriage>(std::move(first));
        auto ended = [carriage](const std::exception_ptr&) {};
        // On the executor's own thread it runs at once, until it waits for something; many never do.
        asio::co_spawn(executor, carry(carriage, queue),
                       asio::bind_cancellation_slot(carriage->broken_off.slot(), std::move(ended)));
        if (carriage->attempt) {
            carriage->attempt->watch(
                std::shared_ptr<asio::cancellation_signal>{carriage, &carriage->broken_off});
        }
    }
}

}  // namespace durable::worker
