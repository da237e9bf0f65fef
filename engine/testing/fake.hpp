#pragma once
// A stand-in for an activity: answers with a function of the test, writes every call down, and can fail a few
// times first. It may run on a worker's threads or, in crash tests, in another process: what it changes in the
// test's memory may be lost, what it counts is not.

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/testing/ledger.hpp"
#include "engine/worker/activities.hpp"
#include "engine/workflow/failure.hpp"

namespace durable::testing {

/// What all fakes do, types erased. Thread-safe.
class FakeDesk {
  public:
    FakeDesk(std::string activity, Delivery delivery, std::shared_ptr<Ledger> ledger)
        : activity_(std::move(activity)), delivery_(delivery), ledger_(std::move(ledger)) {}

    /// One attempt: fails if it still has to, else answers; either way it is written down before it returns.
    [[nodiscard]] Payload call(const ActivityInfo& attempt, const Payload& input,
                               const std::function<Payload()>& answer);
    /// What the reconcile hook of an at-most-once activity finds.
    [[nodiscard]] Reconciled<Payload> reconcile(const ActivityInfo& attempt);

    /// The next `times` calls fail. What has been called so far, and how it went.
    void fail_first(int times, ApplicationError error);
    [[nodiscard]] Ledger::Counts counts() const { return ledger_->counts(activity_); }
    [[nodiscard]] std::vector<Payload> inputs() const { return ledger_->inputs(activity_); }

  private:
    std::string activity_;
    Delivery delivery_;
    std::shared_ptr<Ledger> ledger_;
    mutable std::mutex mutex_;  ///< guards what follows
    int failures_ = 0;
    std::optional<ApplicationError> failure_;
};

/// The test's hold on a fake. Copies mean the same one. Asked from the test's thread.
template <class Input, class Output>
class Fake {
  public:
    explicit Fake(std::shared_ptr<FakeDesk> desk) : desk_(std::move(desk)) {}

    /// The first `times` calls fail with this error, retryable unless it says otherwise. Before the run starts.
    Fake& fails(int times, ApplicationError error = ApplicationError{"fake", "told to fail"}) {
        desk_->fail_first(times, std::move(error));
        return *this;
    }
    [[nodiscard]] int calls() const { return desk_->counts().calls; }   ///< attempts, failed ones too
    [[nodiscard]] int effects() const { return desk_->counts().done; }  ///< that were answered
    [[nodiscard]] std::vector<Input> inputs() const {                   ///< of every call, in order
        std::vector<Input> inputs;
        for (const Payload& each : desk_->inputs()) inputs.push_back(decode<Input>(each));
        return inputs;
    }

  private:
    std::shared_ptr<FakeDesk> desk_;
};

namespace detail {

/// The implementation that a fake registers; a copy of it lives as long as each attempt.
template <class Input, class Output>
struct FakeImplementation {
    std::shared_ptr<FakeDesk> desk;
    std::function<Output(const Input&)> answer;

    worker::awaitable<Output> operator()(ActivityContext& context, Input input) const {
        const Payload given =
            desk->call(context.info(), encode(input), [&] { return encode(answer(input)); });
        co_return decode<Output>(given);
    }
};

template <class Input, class Output>
struct FakeReconcile {
    std::shared_ptr<FakeDesk> desk;

    worker::awaitable<Reconciled<Output>> operator()(ActivityContext& context, Input) const {
        const Reconciled<Payload> found = desk->reconcile(context.info());
        Reconciled<Output> typed{static_cast<typename Reconciled<Output>::Verdict>(found.verdict)};
        if (found.output) typed.output = decode<Output>(*found.output);
        co_return typed;
    }
};

}  // namespace detail
}  // namespace durable::testing
