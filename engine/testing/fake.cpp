#include "engine/testing/fake.hpp"

namespace durable::testing {

void FakeDesk::fail_first(int times, ApplicationError error) {
    const std::lock_guard lock{mutex_};
    failures_ = times;
    failure_.emplace(std::move(error));
}

Payload FakeDesk::call(const ActivityInfo& attempt, const Payload& input,
                       const std::function<Payload()>& answer) {
    const std::lock_guard lock{mutex_};
    const Ledger::Call call{activity_, attempt.idempotency_key, attempt.attempt, input, delivery_};
    if (failure_ && ledger_->counts(activity_).failed < failures_) {
        ledger_->record(call, Ledger::Outcome::failed, nullptr);
        throw ApplicationError{*failure_};
    }
    try {
        Payload output = answer();
        ledger_->record(call, Ledger::Outcome::done, &output);
        return output;
    } catch (const OutcomeUnknown&) {
        ledger_->record(call, Ledger::Outcome::unknown, nullptr);
        throw;
    } catch (const DurableError&) {
        ledger_->record(call, Ledger::Outcome::failed, nullptr);
        throw;
    }
}

Reconciled<Payload> FakeDesk::reconcile(const ActivityInfo& attempt) {
    using Verdict = Reconciled<Payload>::Verdict;
    const auto earlier = ledger_->earlier(activity_, attempt.idempotency_key);
    if (!earlier) return {Verdict::absent};
    if (earlier->outcome == Ledger::Outcome::unknown) return {Verdict::unknown};
    return {Verdict::happened, earlier->output};
}

}  // namespace durable::testing
