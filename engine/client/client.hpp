#pragma once
// Starting, signalling, inspecting and awaiting workflows: what ingress, CLI, tests and other programs use.
//
// Two forms of each verb: with a `pqxx::transaction_base&` it takes part in the caller's transaction (exactly
// when that commits, it has happened; workers find it by polling, within 500 ms, or at once if notify() is
// called after the commit); without one it opens, commits and retries a transaction of its own, and notifies.
//
// Thread-safety: a Client may be shared; transactions passed in may not.

#include <chrono>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/replay/execution.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/worker_store.hpp"
#include "engine/store/workers.hpp"
#include "engine/workflow/codec.hpp"
#include "engine/workflow/registry.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace durable::client {

using store::ConflictPolicy;
using store::ListFilter;
using store::ReusePolicy;
using store::RunInfo;
using store::RunRef;
using store::SendResult;
using store::SignalWithStartResult;
using store::StartResult;

/// Everything about a start except its type and input.
struct StartOptions {
    WorkflowId workflow;
    std::string name_space = "default";
    Tenant tenant{};
    std::string queue = "default";
    std::string request_id{};
    ConflictPolicy conflict = ConflictPolicy::fail;
    ReusePolicy reuse = ReusePolicy::allow;
    std::optional<Duration> run_timeout{};
    std::optional<Duration> start_delay{};
    std::optional<Timestamp> scheduled_for{};  ///< the nominal time, for what a schedule would have started
};

/// How a run ended.
struct RunResult {
    RunId run;
    replay::RunStatus status = replay::RunStatus::running;
    Payload result;                  ///< of a completed run
    std::optional<Failure> failure;  ///< of one that failed, was cancelled, terminated or timed out
};

/// What a run waits for. `kind` is for programs: closed, blocked, no_worker, not_claimed, start_delayed,
/// worker_gone, message, activity_running, activity_waiting, activity_retrying, timer, signal, condition,
/// needs_build.
struct Why {
    std::string kind;
    std::string cause;               ///< one sentence
    std::vector<std::string> chain;  ///< what else is known, a sentence each
};

/// What a query gave, and when: the state after the event `at_event`, the last of an activation.
struct QueryResult {
    Payload result;
    EventId at_event;
};

/// No run of that name.
class NotFound : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};
/// wait_result's time is over and the run still goes on.
class WaitTimedOut : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// This build does not answer as the history says: no half a state is given.
class NeedsBuild : public std::runtime_error {
  public:
    NeedsBuild(const std::string& what, std::string build)
        : std::runtime_error(what), build_(std::move(build)) {}
    /// That recorded the newest activation.
    [[nodiscard]] const std::string& build() const noexcept { return build_; }

  private:
    std::string build_;
};
/// The run's code has no such query, or could not answer it.
class QueryRefused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct ClientOptions {
    std::string connection_string;
    bool notifications = true;  ///< off: everything still works, by polling
    int connections_max = 4;
    /// How long a verb without a caller's transaction is repeated while the database is away or refuses.
    std::chrono::milliseconds patience{5000};
};

class Client {
  public:
    explicit Client(ClientOptions options);
    ~Client();

    // --- start ---------------------------------------------------------------------------------------------
    template <class Input, class Output>
    StartResult start(pqxx::transaction_base& tx, const WorkflowType<Input, Output>& type, const Input& input,
                      const StartOptions& options) {
        return start(tx, std::string{type.name}, encode(input), options);
    }
    template <class Input, class Output>
    StartResult start(const WorkflowType<Input, Output>& type, const Input& input,
                      const StartOptions& options) {
        return start(std::string{type.name}, encode(input), options);
    }
    StartResult start(pqxx::transaction_base& tx, const std::string& type, const Payload& input,
                      const StartOptions& options);
    StartResult start(const std::string& type, const Payload& input, const StartOptions& options);
    /// Many at once in one statement, for callers that group commits.
    std::vector<StartResult> start_many(pqxx::transaction_base& tx,
                                        std::span<const store::StartRequest> requests);
    [[nodiscard]] RunId new_run_id();
    /// Sends a signal to the open run of the workflow id, or starts one that has it waiting: all or nothing,
    /// once for a request id. See store::signal_with_start for what the policies and request ids mean.
    template <class Input, class Output, class Message>
    SignalWithStartResult signal_with_start(const WorkflowType<Input, Output>& type, const Input& input,
                                            const StartOptions& options, const Signal<Message>& signal_type,
                                            const std::type_identity_t<Message>& message) {
        return signal_with_start(std::string{type.name}, encode(input), options,
                                 std::string{signal_type.name}, encode(message));
    }
    SignalWithStartResult signal_with_start(const std::string& type, const Payload& input,
                                            const StartOptions& options, const std::string& name,
                                            const Payload& message);
    SignalWithStartResult signal_with_start(pqxx::transaction_base& tx, const std::string& type,
                                            const Payload& input, const StartOptions& options,
                                            const std::string& name, const Payload& message);

    // --- messages ------------------------------------------------------------------------------------------
    template <class Message>
    SendResult signal(const RunRef& to, const Signal<Message>& signal_type, const Message& message,
                      const std::string& request_id = {}) {
        return signal(to, std::string{signal_type.name}, encode(message), request_id);
    }
    SendResult signal(pqxx::transaction_base& tx, const RunRef& to, const std::string& name,
                      const Payload& message, const std::string& request_id);
    SendResult signal(const RunRef& to, const std::string& name, const Payload& message,
                      const std::string& request_id);
    SendResult cancel(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                      const std::string& identity);
    SendResult cancel(const RunRef& run, const std::string& reason, const std::string& identity);
    SendResult terminate(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                         const std::string& identity);
    SendResult terminate(const RunRef& run, const std::string& reason, const std::string& identity);

    /// After a foreign transaction that started or signalled has committed: wakes workers now instead of
    /// within 500 ms.
    void notify(const std::string& queue = "default");

    // --- reading -------------------------------------------------------------------------------------------
    // All throw store::StoreUnavailable when the database stays away.
    [[nodiscard]] std::optional<RunInfo> describe(const RunRef& run);
    [[nodiscard]] std::vector<store::ListedRun> list(const ListFilter& filter);
    [[nodiscard]] store::Counts count(const ListFilter& filter);
    /// Activations in order, from the one whose first event is `from` or later. Empty when there are none.
    [[nodiscard]] history::History history(RunId run, EventId from = EventId{1});
    [[nodiscard]] std::optional<RunId> resolve(const RunRef& ref);
    /// The workers whose lease is live, by number.
    [[nodiscard]] std::vector<store::LiveWorker> live_workers();
    /// What the run's chain has published, the last value of each key; one key, or all. Empty: nothing, or
    /// no run.
    [[nodiscard]] std::vector<store::PublishedState> published(const RunRef& run,
                                                               const std::optional<std::string>& key = {});
    template <class T>
    [[nodiscard]] std::optional<T> published(const RunRef& run, const StateKey<T>& key) {
        const auto states = published(run, std::string{key.name});
        if (states.empty()) return std::nullopt;
        return decode<T>(states.front().value);
    }
    /// How the run, or the last one of the chain that continues it as new, has ended. By notification when
    /// they are on, and by polling (2 ms at first, growing to 50 ms) in any case. Throws NotFound,
    /// WaitTimedOut.
    RunResult wait_result(const RunRef& run, std::chrono::milliseconds timeout);
    /// Typed: returns the result or throws the failure (throw_failure).
    template <class Input, class Output>
    Output result(const WorkflowType<Input, Output>&, const RunRef& run, std::chrono::milliseconds timeout) {
        RunResult ended = wait_result(run, timeout);
        if (ended.failure) throw_failure(*ended.failure);
        return decode<Output>(ended.result);
    }

    // --- by replay in this process, no worker needed -------------------------------------------------------
    struct Inspection {
        std::vector<replay::StackFrame> stack;
        std::vector<std::string> pending;  ///< one line an activity or timer
        std::string waits_for;
        std::optional<replay::Blocked> blocked;  ///< this build cannot replay it
        std::string needs_build;                 ///< then: the build that recorded the newest activation
    };
    /// Throws NotFound.
    [[nodiscard]] Inspection inspect(const WorkflowRegistry& registry, RunId run);
    /// Asks the run's code (Workflow::on_query), as it stands now or stood after the event `at_event`,
    /// rounded down to the end of an activation. Open or closed. Throws NotFound, NeedsBuild, QueryRefused.
    [[nodiscard]] QueryResult query(const WorkflowRegistry& registry, const RunRef& run,
                                    const std::string& name, const Payload& input,
                                    std::optional<EventId> at_event = {});
    template <class Input, class Output>
    [[nodiscard]] Output query(const WorkflowRegistry& registry, const RunRef& run,
                               const Query<Input, Output>& question, const std::type_identity_t<Input>& input,
                               std::optional<EventId> at_event = {}) {
        return decode<Output>(
            query(registry, run, std::string{question.name}, encode(input), at_event).result);
    }
    /// The one thing that the run waits for, and the chain behind it, a sentence each.
    using Why = client::Why;
    /// Throws NotFound.
    [[nodiscard]] Why why(const WorkflowRegistry& registry, const RunRef& run);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::client
