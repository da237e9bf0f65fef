#pragma once
// Binding implementations to activity handles, and what an implementation sees while it runs. Three kinds:
//
//   async          asio::awaitable<Output> f(ActivityContext&, Input): for vendors; thousands at once, on the
//                  activity threads' io_context. Must never block.
//   external       the same, for what is completed from outside: by a person, a vendor's call, another program.
//   transactional  Output f(TransactionalContext&, pqxx::work&, Input): its business rows and its completion
//                  commit together: exactly once. Runs on a bounded pool of threads, each with its own connection.
//                  Must not commit, abort, or touch schema `engine`. durable::exec runs a statement that is planned
//                  once a session.
//
// Failing: throw ApplicationError (declare it non-retryable if trying again cannot help). Any other exception
// is recorded as a retryable failure of type "exception", except that an at-most-once activity that ends in
// one, or in OutcomeUnknown, or by a time-out, may have had its effect. A DecodeError of the input is
// non-retryable.

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <stop_token>
#include <string>

#include "engine/store/planned_work.hpp"
#include "engine/workflow/activity.hpp"
#include "engine/workflow/codec.hpp"
#include "engine/workflow/ids.hpp"

namespace durable {

/// Thrown by an at-most-once activity whose effect may or may not have happened (the vendor's answer was
/// lost): its reconcile hook looks before anything is sent again. The message is recorded: no personal data
/// in it.
class OutcomeUnknown : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// How ActivityContext::complete_later ends an attempt. Let it fly.
class CompletedLater {};

/// Facts about the attempt, the same for both kinds.
struct ActivityInfo {
    RunId run;
    EventId activity;  ///< the id of its ActivityScheduled event
    WorkflowId workflow;
    Tenant tenant;
    std::string type;
    int attempt = 1;  ///< spends the policy
    int lost_attempts =
        0;  ///< attempts whose worker died; > 0 means an earlier attempt may have had its effect
    Timestamp scheduled_at;
    Timestamp started_at;  ///< database time
    /// "<run>/<activity>": the same for every attempt, different for every call. Send it to vendors that take
    /// one, leave it as a mark with those that do not.
    std::string idempotency_key;
    /// Set when the database was restored to an earlier moment while this run was open: the effect may be there since
    /// as early as that, although no attempt of it is remembered. A reconcile hook looks from then on.
    std::optional<Timestamp> in_doubt_since{};
};

class ActivityContext {
  public:
    virtual ~ActivityContext() = default;
    [[nodiscard]] virtual const ActivityInfo& info() const = 0;
    /// Asked to stop: cancellation, a time-out, loss of the lease, or the worker's shutdown.
    [[nodiscard]] virtual std::stop_token stop_token() const = 0;
    /// The attempt must have ended by then (start-to-close, and the worker's trust in its lease): bound every
    /// wait.
    [[nodiscard]] virtual std::chrono::steady_clock::time_point deadline() const = 0;
    /// Sign of life, with details handed to the next attempt. Cheap, however often: every 2 s, or three times
    /// in the heartbeat time-out, the newest go to the database. If the worker dies, the next attempt gets
    /// what was there, provided that the activity has a heartbeat time-out, a limit or a priority of its own,
    /// or was started from a row; in every other case it gets the very last ones.
    virtual void heartbeat(Payload details) = 0;
    /// Details of the last heartbeat of the previous attempt; null Payload if none.
    [[nodiscard]] virtual const Payload& heartbeat_details() const = 0;
    [[nodiscard]] virtual boost::asio::any_io_executor executor() const = 0;
    /// For activities registered with `external`: names this attempt to whoever completes it from outside
    /// (client::ActivityClient, `callflex activity complete`). Valid until the attempt is over, however it ends;
    /// it may be used before complete_later() is called. Throws std::logic_error in any other activity.
    [[nodiscard]] virtual std::string completion_token() const = 0;
    /// Ends the attempt without an outcome: the activity waits, without a worker, a slot or a limit's place,
    /// until it is completed, failed, or out of time (start-to-close and heartbeat go on counting). Throws
    /// CompletedLater; std::logic_error if it is not registered with `external`.
    [[noreturn]] virtual void complete_later() = 0;
};

/// What a transactional implementation sees of its attempt, beside the transaction.
class TransactionalContext {
  public:
    virtual ~TransactionalContext() = default;
    [[nodiscard]] virtual const ActivityInfo& info() const = 0;
    /// Database time of this transaction: use it, not a clock.
    [[nodiscard]] virtual Timestamp now() const = 0;
};

/// What a reconcile hook found out about an earlier attempt of an at-most-once activity.
template <class Output>
struct Reconciled {
    enum class Verdict : std::uint8_t {
        happened,  ///< the effect was found: `output` is the activity's result
        absent,    ///< proven not to have happened: it may be sent again
        unknown,   ///< neither can be shown: asked again later, within schedule-to-close; then it ends
                   ///< *unknown*
    };
    Verdict verdict;
    std::optional<Output> output{};
};

namespace worker {

using boost::asio::awaitable;

/// Implementations with their types erased: JSON in, JSON out.
struct AsyncActivity {
    std::function<awaitable<Payload>(ActivityContext&, Payload)> run;
    /// Null unless the activity is at-most-once.
    std::function<awaitable<Reconciled<Payload>>(ActivityContext&, Payload)> reconcile;
    /// It may hand itself out (ActivityContext::complete_later): it always has a row.
    bool external = false;
};
struct TransactionalActivity {
    std::function<Payload(TransactionalContext&, pqxx::work&, Payload)> run;
};

/// What this process can run. Filled at start by an explicit list (activities/register.cpp), constant
/// afterwards.
class ActivityRegistry {
  public:
    /// Throws std::logic_error when the name is taken, or when an at-most-once activity has no reconcile
    /// hook.
    template <class Input, class Output, class F>
    void async(const Activity<Input, Output>& handle, F implementation) {
        add_async(std::string{handle.name}, handle.defaults.delivery,
                  AsyncActivity{erase_async<Input, Output>(std::move(implementation)), nullptr});
    }
    template <class Input, class Output, class F, class R>
    void async(const Activity<Input, Output>& handle, F implementation, R reconcile) {
        add_async(std::string{handle.name}, handle.defaults.delivery,
                  AsyncActivity{erase_async<Input, Output>(std::move(implementation)),
                                erase_reconcile<Input, Output>(std::move(reconcile))});
    }
    /// An activity that may be completed from outside: asio::awaitable<Output> f(ActivityContext&, Input) gives
    /// context.completion_token() to whoever will know the outcome, then calls context.complete_later().
    template <class Input, class Output, class F>
    void external(const Activity<Input, Output>& handle, F implementation) {
        add_async(std::string{handle.name}, handle.defaults.delivery,
                  AsyncActivity{erase_async<Input, Output>(std::move(implementation)), nullptr, true});
    }
    template <class Input, class Output, class F, class R>
    void external(const Activity<Input, Output>& handle, F implementation, R reconcile) {
        add_async(std::string{handle.name}, handle.defaults.delivery,
                  AsyncActivity{erase_async<Input, Output>(std::move(implementation)),
                                erase_reconcile<Input, Output>(std::move(reconcile)), true});
    }
    template <class Input, class Output, class F>
    void transactional(const Activity<Input, Output>& handle, F implementation) {
        add_transactional(
            std::string{handle.name},
            {[f = std::move(implementation)](TransactionalContext& context, pqxx::work& tx, Payload in) {
                return encode(f(context, tx, decode<Input>(in)));
            }});
    }

    /// Null: it has none of that name. The names of all.
    [[nodiscard]] const AsyncActivity* find_async(const std::string& name) const;
    [[nodiscard]] const TransactionalActivity* find_transactional(const std::string& name) const;
    [[nodiscard]] std::vector<std::string> names() const;

  private:
    template <class Input, class Output, class F>
    static std::function<awaitable<Payload>(ActivityContext&, Payload)> erase_async(F implementation) {
        return [f = std::move(implementation)](ActivityContext& context, Payload in) -> awaitable<Payload> {
            return call_async<Input, Output, F>(f, context, std::move(in));
        };
    }
    // Parameters by value (the context outlives the call): a coroutine must not borrow the caller's
    // temporaries.
    template <class Input, class Output, class F>
    static awaitable<Payload> call_async(F implementation, ActivityContext& context, Payload in) {
        Output output = co_await implementation(context, decode<Input>(in));
        co_return encode(output);
    }
    template <class Input, class Output, class R>
    static std::function<awaitable<Reconciled<Payload>>(ActivityContext&, Payload)> erase_reconcile(R hook) {
        return [r = std::move(hook)](ActivityContext& context, Payload in) -> awaitable<Reconciled<Payload>> {
            return call_reconcile<Input, Output, R>(r, context, std::move(in));
        };
    }
    template <class Input, class Output, class R>
    static awaitable<Reconciled<Payload>> call_reconcile(R hook, ActivityContext& context, Payload in) {
        Reconciled<Output> found = co_await hook(context, decode<Input>(in));
        Reconciled<Payload> erased{static_cast<Reconciled<Payload>::Verdict>(found.verdict)};
        if (found.output) erased.output = encode(*found.output);
        co_return erased;
    }

    void add_async(std::string name, Delivery delivery, AsyncActivity activity);
    void add_transactional(std::string name, TransactionalActivity activity);

    std::map<std::string, AsyncActivity, std::less<>> async_;
    std::map<std::string, TransactionalActivity, std::less<>> transactional_;
};

}  // namespace worker
}  // namespace durable
