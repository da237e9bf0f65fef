#pragma once
// A world of its own for the tests of one workflow: a private Postgres, a worker, a clock that only the test
// moves, and stand-ins for the activities.
//
//   durable::testing::TestEnvironment env;
//   env.add(reminder, remind);
//   auto sms = env.fake(send_sms, [](const SmsRequest&) { return SmsReceipt{"SM1"}; });
//   const auto run = env.start(reminder, {"+15550100", 30 * 24h}, "reminder-1");
//   env.at(3h, [&] { env.signal(run, snooze, {1h}); });
//   CHECK(env.result(reminder, run).sent);     // thirty days later, after some milliseconds
//   CHECK(sms.calls() == 1);
//
// Time: the clock runs as the wall's does, and jumps to the next timer, retry, schedule or at() as soon as there
// is nothing to do, while the test waits in result(), outcome() or skip(). Nothing happens early, and no two
// timers are jumped over at once.
//
// At the end of each wait every history that has grown is replayed under the determinism trap, those of runs that are
// still open among them: a workflow that would not answer as recorded, or that asked a clock, fails the test that ran
// it. What happens after the last wait is not looked at: a test that leaves runs open ends with settle().
//
// For any test framework: what goes wrong is thrown as TestFailure, with a sentence that says what the run waits
// for. One thread; activities run on others.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "engine/client/client.hpp"
#include "engine/testing/fake.hpp"
#include "engine/testing/worker_host.hpp"
#include "engine/worker/activities.hpp"
#include "engine/workflow/registry.hpp"

namespace durable::testing {

/// What a test is told that cannot go on, in one sentence.
class TestFailure : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Made and used on one thread.
class TestEnvironment {
  public:
    /// `host` says where the worker lives. The first environment of a program starts Postgres, which takes a
    /// second; the others take a tenth.
    explicit TestEnvironment(std::unique_ptr<WorkerHost> host = worker_in_this_process());
    ~TestEnvironment();
    TestEnvironment(const TestEnvironment&) = delete;
    TestEnvironment& operator=(const TestEnvironment&) = delete;

    // --- what the worker knows: all of it before the first start ------------------------------------------
    template <class Input, class Output>
    void add(const WorkflowType<Input, Output>& type,
             std::type_identity_t<Task<Output> (*)(Workflow&, Input)> function) {
        workflows().add(type, function);
    }
    /// Answers an activity with a function of the test, which may throw ApplicationError, or OutcomeUnknown.
    /// It is called by one thread at a time. At-most-once activities are reconciled from what it has done.
    template <class Input, class Output>
    Fake<Input, Output> fake(const Activity<Input, Output>& activity,
                             std::type_identity_t<std::function<Output(const Input&)>> answer) {
        const auto desk = new_desk(std::string{activity.name}, activity.defaults.delivery);
        const detail::FakeImplementation<Input, Output> run{desk, std::move(answer)};
        if (activity.defaults.delivery == Delivery::at_most_once) {
            activities().async(activity, run, detail::FakeReconcile<Input, Output>{desk});
        } else {
            activities().async(activity, run);
        }
        return Fake<Input, Output>{desk};
    }
    /// For lists of the program's own (register_workflows), and for real activities beside fakes.
    [[nodiscard]] WorkflowRegistry& workflows();
    [[nodiscard]] worker::ActivityRegistry& activities();
    /// Other options of the worker: its queue, its schedules, its slots.
    void configure(const std::function<void(worker::WorkerOptions&)>& change);

    // --- driving -------------------------------------------------------------------------------------------
    /// Starts a run, and the worker before the first one. Throws TestFailure if the id is taken.
    template <class Input, class Output>
    RunId start(const WorkflowType<Input, Output>& type, const std::type_identity_t<Input>& input,
                const std::string& workflow_id) {
        return start(std::string{type.name}, encode(input), workflow_id);
    }
    RunId start(const std::string& type, const Payload& input, const std::string& workflow_id);
    template <class Message>
    void signal(RunId run, const Signal<Message>& signal, const std::type_identity_t<Message>& message) {
        send(run, std::string{signal.name}, encode(message));
    }
    void cancel(RunId run, const std::string& reason);
    /// Asks the run's code, as of its last commit.
    template <class Input, class Output>
    [[nodiscard]] Output query(RunId run, const Query<Input, Output>& question,
                               const std::type_identity_t<Input>& input) {
        return client().query(workflows(), reference(run), question, input);
    }
    /// Waits, jumping over time, for the run's end (its chain's, if it continues as new). The result, or the
    /// failure as an exception (ActivityFailed, Canceled, ...).
    template <class Input, class Output>
    Output result(const WorkflowType<Input, Output>&, RunId run) {
        const client::RunResult ended = outcome(run);
        if (ended.failure) throw_failure(*ended.failure);
        return decode<Output>(ended.result);
    }
    /// The same, whatever the end.
    client::RunResult outcome(RunId run);

    // --- time ----------------------------------------------------------------------------------------------
    /// Calls `action` on this thread when so much time has passed since the environment was made.
    void at(Duration since_begin, std::function<void()> action);
    /// Lets so much time pass: everything that is due until then happens.
    void skip(Duration duration);
    /// Lets everything happen that can happen now, without a jump.
    void settle();
    [[nodiscard]] Timestamp now();
    [[nodiscard]] Duration elapsed();  ///< since the environment was made

    // --- behind the curtain --------------------------------------------------------------------------------
    [[nodiscard]] client::Client& client();
    [[nodiscard]] TestDatabase& database();
    [[nodiscard]] history::History history(RunId run) { return client().history(run); }

  private:
    [[nodiscard]] std::shared_ptr<FakeDesk> new_desk(std::string activity, Delivery delivery);
    void send(RunId run, const std::string& name, const Payload& message);
    [[nodiscard]] static client::RunRef reference(RunId run) {
        client::RunRef ref;
        ref.run = run;
        return ref;
    }

    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::testing
