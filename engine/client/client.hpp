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
#include <string>
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
    /// By notification when they are on, and by polling (2 ms at first, growing to 50 ms) in any case. Throws
    /// NotFound, WaitTimedOut.
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
    /// The one thing that the run waits for, and the chain behind it, a sentence each.
    using Why = client::Why;
    /// Throws NotFound.
    [[nodiscard]] Why why(const WorkflowRegistry& registry, const RunRef& run);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::client
