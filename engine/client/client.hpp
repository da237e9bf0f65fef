#pragma once
// Starting, signalling, inspecting and awaiting workflows: what ingress, CLI, tests and other programs use.
//
// Two forms of each verb: with a `pqxx::transaction_base&` it takes part in the caller's transaction (exactly
// when that commits, it has happened; workers find it by polling, within 500 ms, or at once if notify() is
// called after the commit); without one it opens, commits and retries a transaction of its own, and notifies.
//
// A payload above the limit throws store::PayloadTooLarge, which names it, its size and the line of the call: that
// is what the `where` of some verbs is for.
//
// Thread-safety: a Client may be shared; transactions passed in may not.

#include <chrono>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <source_location>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/client/tail.hpp"
#include "engine/client/update.hpp"
#include "engine/payloads/settings.hpp"
#include "engine/replay/execution.hpp"
#include "engine/store/audit.hpp"
#include "engine/store/history_page.hpp"
#include "engine/store/pause.hpp"
#include "engine/store/remove.hpp"
#include "engine/store/reset.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/search.hpp"
#include "engine/store/tail.hpp"
#include "engine/store/worker_store.hpp"
#include "engine/store/workers.hpp"
#include "engine/workflow/codec.hpp"
#include "engine/workflow/registry.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace durable::client {

using store::ConflictPolicy;
using store::ListFilter;
using store::RemoveResult;
using store::ResetResult;
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
    /// Of the whole chain: retries and continue-as-new included.
    std::optional<Duration> execution_timeout{};
    /// A run that has failed, or run out of its run_timeout, is tried again from the start by this; whoever waits
    /// for the result waits on. None: once.
    std::optional<RetryPolicy> retry{};
    std::optional<MismatchPolicy> on_mismatch{};  ///< none: as the type is registered
    std::optional<Timestamp> scheduled_for{};  ///< the nominal time, for what a schedule would have started
    /// The person whose data the run holds, such as a caller's number: with encryption on, its payloads get a key
    /// of their own, which `payload erase --subject` destroys. Only a keyed hash of it is stored. "": the
    /// tenant's key.
    std::string subject{};
    /// What lists find it by: {organization("org-7")}, see engine/workflow/search.hpp. A type that is not the
    /// key's throws std::invalid_argument.
    std::vector<SearchAttribute> attributes{};
    QueueShare share{};               ///< priority, fairness key and weight in the queue
    std::optional<RunLimit> limit{};  ///< how many runs with its key are under way at once
};

/// Where a reset or a fork begins anew.
struct ResetPoint {
    enum class At : std::uint8_t {
        event,                  ///< after `event`, rounded down to the end of an activation
        first_activation,       ///< before the code ran for the first time
        last_activation,        ///< before the last activation of the code
        last_continue_as_new,   ///< before the activation, of the run before, that decided to continue as new
        before_first_mismatch,  ///< before the first activation that this program does not answer as recorded
        build,                  ///< before the first activation that `build` recorded
    };
    At at = At::last_activation;
    EventId event{};
    std::string build{};
};
struct ResetOptions {
    ResetPoint point{};
    std::string reason{};
    std::string identity{};
    std::string request_id{};
    store::ReapplyExclude exclude{};
};

/// How a run ended.
struct RunResult {
    RunId run;
    replay::RunStatus status = replay::RunStatus::running;
    Payload result;                  ///< of a completed run
    std::optional<Failure> failure;  ///< of one that failed, was cancelled, terminated or timed out
};

/// What a run waits for. `kind` is for programs: closed, paused, blocked, no_worker, not_claimed, start_delayed,
/// workflow_retrying, worker_gone, message, activity_running, activity_waiting, activity_retrying,
/// activity_paused, activity_awaited, timer, signal, condition, needs_build.
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
/// The database did not find what was asked within a minute: ask for less.
class TooSlow : public std::runtime_error {
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

/// When a query is not to be answered. At an earlier event, too, it is the run's state now that counts.
enum class RejectIf : std::uint8_t {
    never,
    not_open,               ///< the run has ended
    not_completed_cleanly,  ///< it has ended, and not as completed
    paused,                 ///< somebody holds it: what it shows is not going to change
};
/// The run is in a state that the caller has excluded.
class QueryRejected : public QueryRefused {
  public:
    QueryRejected(const std::string& what, replay::RunStatus status) : QueryRefused(what), status_(status) {}
    [[nodiscard]] replay::RunStatus status() const noexcept { return status_; }

  private:
    replay::RunStatus status_;
};

struct ClientOptions {
    std::string connection_string;
    bool notifications = true;  ///< off: everything still works, by polling
    int connections_max = 4;
    /// How long a verb without a caller's transaction is repeated while the database is away or refuses.
    std::chrono::milliseconds patience{5000};
    /// What becomes of payloads on their way into rows; the same as the workers'.
    payloads::Settings payloads{};
};

/// Thread-safe: its connections are shared. Verbs without a caller's transaction are repeated until their
/// outcome is known, within ClientOptions::patience.
class Client {
  public:
    explicit Client(ClientOptions options);
    ~Client();

    // --- start ---------------------------------------------------------------------------------------------
    template <class Input, class Output>
    StartResult start(pqxx::transaction_base& tx, const WorkflowType<Input, Output>& type,
                      const std::type_identity_t<Input>& input, const StartOptions& options,
                      std::source_location where = std::source_location::current()) {
        return start(tx, std::string{type.name}, encode(input), options, where);
    }
    template <class Input, class Output>
    StartResult start(const WorkflowType<Input, Output>& type, const std::type_identity_t<Input>& input,
                      const StartOptions& options,
                      std::source_location where = std::source_location::current()) {
        return start(std::string{type.name}, encode(input), options, where);
    }
    StartResult start(pqxx::transaction_base& tx, const std::string& type, const Payload& input,
                      const StartOptions& options,
                      std::source_location where = std::source_location::current());
    StartResult start(const std::string& type, const Payload& input, const StartOptions& options,
                      std::source_location where = std::source_location::current());
    /// Many at once in one statement, for callers that group commits.
    std::vector<StartResult> start_many(pqxx::transaction_base& tx,
                                        std::span<const store::StartRequest> requests);
    [[nodiscard]] RunId new_run_id();
    /// Sends a signal to the open run of the workflow id, or starts one that has it waiting: all or nothing,
    /// once for a request id. See store::signal_with_start for what the policies and request ids mean.
    template <class Input, class Output, class Message>
    SignalWithStartResult signal_with_start(const WorkflowType<Input, Output>& type,
                                            const std::type_identity_t<Input>& input,
                                            const StartOptions& options, const Signal<Message>& signal_type,
                                            const std::type_identity_t<Message>& message,
                                            std::source_location where = std::source_location::current()) {
        return signal_with_start(std::string{type.name}, encode(input), options,
                                 std::string{signal_type.name}, encode(message), where);
    }
    SignalWithStartResult signal_with_start(const std::string& type, const Payload& input,
                                            const StartOptions& options, const std::string& name,
                                            const Payload& message,
                                            std::source_location where = std::source_location::current());
    SignalWithStartResult signal_with_start(pqxx::transaction_base& tx, const std::string& type,
                                            const Payload& input, const StartOptions& options,
                                            const std::string& name, const Payload& message,
                                            std::source_location where = std::source_location::current());

    // --- messages ------------------------------------------------------------------------------------------
    template <class Message>
    SendResult signal(const RunRef& to, const Signal<Message>& signal_type,
                      const std::type_identity_t<Message>& message, const std::string& request_id = {},
                      std::source_location where = std::source_location::current()) {
        return signal(to, std::string{signal_type.name}, encode(message), request_id, where);
    }
    SendResult signal(pqxx::transaction_base& tx, const RunRef& to, const std::string& name,
                      const Payload& message, const std::string& request_id,
                      std::source_location where = std::source_location::current());
    SendResult signal(const RunRef& to, const std::string& name, const Payload& message,
                      const std::string& request_id,
                      std::source_location where = std::source_location::current());
    SendResult cancel(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                      const std::string& identity);
    SendResult cancel(const RunRef& run, const std::string& reason, const std::string& identity);
    SendResult terminate(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                         const std::string& identity);
    SendResult terminate(const RunRef& run, const std::string& reason, const std::string& identity);

    // --- beginning anew, holding, removing -----------------------------------------------------------------
    // Each leaves an audit row. `registry`: this program's workflows, for the point before the first mismatch.
    /// See store::reset. Throws NotFound, store::ResetRefused.
    ResetResult reset(pqxx::transaction_base& tx, const WorkflowRegistry& registry, const RunRef& base,
                      const ResetOptions& options);
    ResetResult reset(const WorkflowRegistry& registry, const RunRef& base, const ResetOptions& options);
    /// See store::fork. `options.exclude` counts for nothing: a fork is told nothing again.
    ResetResult fork(pqxx::transaction_base& tx, const WorkflowRegistry& registry, const RunRef& base,
                     const WorkflowId& workflow, const ResetOptions& options);
    ResetResult fork(const WorkflowRegistry& registry, const RunRef& base, const WorkflowId& workflow,
                     const ResetOptions& options);
    /// See store::pause.
    SendResult pause(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                     const std::string& identity);
    SendResult pause(const RunRef& run, const std::string& reason, const std::string& identity);
    SendResult unpause(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                       const std::string& identity);
    SendResult unpause(const RunRef& run, const std::string& reason, const std::string& identity);
    /// See store::remove.
    RemoveResult remove(pqxx::transaction_base& tx, const RunRef& run, bool terminate_first,
                        const std::string& reason, const std::string& identity);
    RemoveResult remove(const RunRef& run, bool terminate_first, const std::string& reason,
                        const std::string& identity);
    [[nodiscard]] std::vector<store::Audited> audit(const store::AuditFilter& filter);

    // --- updates -------------------------------------------------------------------------------------------
    // A request that the run's code checks, takes on and answers, once for its id. All throw NotFound if nobody is
    // there to ask, store::TooMany if too many are under way, WaitTimedOut if it has not come as far as asked for.
    /// Waits for the answer. Throws UpdateRefused, or the failure of its handler.
    template <class Input, class Output>
    Output update(const RunRef& to, const Update<Input, Output>& which,
                  const std::type_identity_t<Input>& input, UpdateOptions options = {},
                  std::source_location where = std::source_location::current()) {
        options.wait = WaitFor::completed;
        return decode<Output>(result_of(update(to, std::string{which.name}, encode(input), options, where)));
    }
    /// As far as `options.wait`, or how it has ended: rejections and failures are values here.
    UpdateInfo update(const RunRef& to, const std::string& name, const Payload& input,
                      const UpdateOptions& options,
                      std::source_location where = std::source_location::current());
    /// Admits it in the caller's transaction. `update_id` must not be empty.
    store::Admitted update(pqxx::transaction_base& tx, const RunRef& to, const std::string& name,
                           const Payload& input, const std::string& update_id,
                           std::source_location where = std::source_location::current());
    /// What has become of an update of the run's chain; NotFound if there is none of that id.
    UpdateInfo update_result(const RunRef& of, const std::string& id, WaitFor wait,
                             std::chrono::milliseconds timeout);
    template <class Input, class Output>
    Output update_result(const Update<Input, Output>&, const RunRef& of, const std::string& id,
                         std::chrono::milliseconds timeout) {
        return decode<Output>(result_of(update_result(of, id, WaitFor::completed, timeout)));
    }
    /// Sends it to the open run of the workflow id, or to one that it starts: all or nothing. See
    /// store::update_with_start.
    UpdateWithStart update_with_start(const std::string& type, const Payload& input,
                                      const StartOptions& options, const std::string& name,
                                      const Payload& message, const UpdateOptions& how,
                                      std::source_location where = std::source_location::current());
    store::UpdateWithStartResult update_with_start(
        pqxx::transaction_base& tx, const std::string& type, const Payload& input,
        const StartOptions& options, const std::string& name, const Payload& message,
        const std::string& update_id, std::source_location where = std::source_location::current());

    /// After a foreign transaction that started or signalled has committed: wakes workers now instead of
    /// within 500 ms.
    void notify(const std::string& queue = "default");

    // --- reading -------------------------------------------------------------------------------------------
    // All throw store::StoreUnavailable when the database stays away.
    [[nodiscard]] std::optional<RunInfo> describe(const RunRef& run);
    [[nodiscard]] std::vector<store::ListedRun> list(const ListFilter& filter);
    [[nodiscard]] store::Counts count(const ListFilter& filter);
    /// By the filter language: docs/guide/search.md. Throw search::QueryError.
    [[nodiscard]] std::vector<store::ListedRun> search(const store::SearchRequest& request);
    [[nodiscard]] std::vector<store::GroupCount> count_groups(const std::string& name_space,
                                                              const std::string& filter,
                                                              const std::string& group_by = {});
    /// Where the histories of these runs end; and what has come since, in the order of time. See ordered_tail.
    [[nodiscard]] store::Positions history_ends(const std::vector<RunId>& runs);
    [[nodiscard]] TailPage tail(const store::Positions& from);
    /// What the run can be found by; and every key that was ever used, with its type.
    [[nodiscard]] std::vector<SearchAttribute> attributes(RunId run);
    [[nodiscard]] search::SearchCatalog search_catalog();
    /// Activations in order, from the one whose first event is `from` or later. Empty when there are none.
    [[nodiscard]] history::History history(RunId run, EventId from = EventId{1});
    /// A piece of it, at the cost of the piece.
    [[nodiscard]] history::History history_page(RunId run, const store::HistoryPage& page);
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
    /// rounded down to the end of an activation. Open or closed. Throws NotFound, NeedsBuild, QueryRefused,
    /// QueryRejected.
    [[nodiscard]] QueryResult query(const WorkflowRegistry& registry, const RunRef& run,
                                    const std::string& name, const Payload& input,
                                    std::optional<EventId> at_event = {}, RejectIf reject = RejectIf::never);
    /// The signals, queries and updates that the run's code takes, as far as it has said so. Throws NotFound,
    /// NeedsBuild.
    [[nodiscard]] replay::Handlers handlers(const WorkflowRegistry& registry, const RunRef& run);
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
