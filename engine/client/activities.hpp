#pragma once
// Activities for programs and operators: complete from outside what was handed out, hold, change and answer
// for what is pending, and run jobs that are one activity without a workflow.
//
// Two forms of each verb, as in client.hpp: with a `pqxx::transaction_base&` it takes part in the caller's
// transaction (workers find out by polling, or at once after told()); without one it opens, commits and
// retries a transaction of its own, and notifies. Thread-safe; transactions passed in are not.
//
// All throw store::StoreUnavailable when the database stays away.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/client.hpp"
#include "engine/store/activity_answers.hpp"
#include "engine/store/activity_list.hpp"
#include "engine/store/activity_orders.hpp"
#include "engine/workflow/activity.hpp"

namespace durable::client {

using store::ActivityChanges;
using store::ActivityFilter;
using store::ActivityRef;
using store::Answer;
using store::CompletionToken;
using store::Ordered;
using store::OrderedBy;
using store::TokenBeat;

class ActivityClient {
  public:
    explicit ActivityClient(const ClientOptions& options);
    ~ActivityClient();
    ActivityClient(const ActivityClient&) = delete;
    ActivityClient& operator=(const ActivityClient&) = delete;

    // --- by token: what an activity's complete_later() left to us ------------------------------------------
    Answer complete(pqxx::transaction_base& tx, const CompletionToken& token, const Payload& result,
                    std::source_location where = std::source_location::current());
    Answer complete(const CompletionToken& token, const Payload& result,
                    std::source_location where = std::source_location::current());
    /// With the type that the activity promises its workflow.
    template <class Input, class Output>
    Answer complete(const Activity<Input, Output>&, const CompletionToken& token,
                    const std::type_identity_t<Output>& result,
                    std::source_location where = std::source_location::current()) {
        return complete(token, encode(result), where);
    }
    Answer fail(pqxx::transaction_base& tx, const CompletionToken& token, const Failure& failure);
    Answer fail(const CompletionToken& token, const Failure& failure);
    TokenBeat heartbeat(pqxx::transaction_base& tx, const CompletionToken& token,
                        const std::optional<Payload>& details = {});
    TokenBeat heartbeat(const CompletionToken& token, const std::optional<Payload>& details = {});

    // --- operators' verbs; see store/activity_orders.hpp -----------------------------------------------------
    Ordered pause(pqxx::transaction_base& tx, const ActivityRef& activity, const OrderedBy& by);
    Ordered pause(const ActivityRef& activity, const OrderedBy& by);
    Ordered unpause(pqxx::transaction_base& tx, const ActivityRef& activity, const OrderedBy& by);
    Ordered unpause(const ActivityRef& activity, const OrderedBy& by);
    Ordered reset(pqxx::transaction_base& tx, const ActivityRef& activity, bool keep_paused,
                  const OrderedBy& by);
    Ordered reset(const ActivityRef& activity, bool keep_paused, const OrderedBy& by);
    Ordered retry(pqxx::transaction_base& tx, const ActivityRef& activity, const OrderedBy& by);
    Ordered retry(const ActivityRef& activity, const OrderedBy& by);
    Ordered update_options(pqxx::transaction_base& tx, const ActivityRef& activity,
                           const ActivityChanges& changes, const OrderedBy& by);
    Ordered update_options(const ActivityRef& activity, const ActivityChanges& changes, const OrderedBy& by);
    Ordered edit_input(pqxx::transaction_base& tx, const ActivityRef& activity, const Payload& input,
                       const OrderedBy& by);
    Ordered edit_input(const ActivityRef& activity, const Payload& input, const OrderedBy& by);
    Ordered skip(pqxx::transaction_base& tx, const ActivityRef& activity, const Payload& result,
                 const OrderedBy& by);
    Ordered skip(const ActivityRef& activity, const Payload& result, const OrderedBy& by);
    Ordered fail(pqxx::transaction_base& tx, const ActivityRef& activity, const Failure& failure,
                 const OrderedBy& by);
    Ordered fail(const ActivityRef& activity, const Failure& failure, const OrderedBy& by);

    /// After a caller's transaction with one of these has committed: wakes whom it concerns now.
    void told(const Answer& answer);
    void told(const Ordered& ordered);

    // --- looking -----------------------------------------------------------------------------------------------
    [[nodiscard]] std::vector<store::PendingActivity> list(const ActivityFilter& filter);
    /// Of an activity that has a row; none otherwise.
    [[nodiscard]] std::optional<store::PendingActivity> describe(const ActivityRef& activity);
    [[nodiscard]] std::vector<store::UnknownOutcome> unknown(Timestamp since, std::int32_t limit = 100);

    // --- jobs without a workflow; see engine/workflow/standalone.hpp --------------------------------------------
    /// `start.workflow` is the job's id. Throws std::invalid_argument when the options do not fit each other.
    /// Its end is a run's end: Client::wait_result, cancel, terminate, describe, history take it.
    StartResult start(pqxx::transaction_base& tx, const std::string& type, const Payload& input,
                      const ActivityOptions& options, const StartOptions& start);
    StartResult start(const std::string& type, const Payload& input, const ActivityOptions& options,
                      const StartOptions& start);
    template <class Input, class Output>
    StartResult start(const Activity<Input, Output>& activity, const std::type_identity_t<Input>& input,
                      const StartOptions& options) {
        return start(std::string{activity.name}, encode(input), activity.options(), options);
    }
    /// Starts it and waits. Returns the result or throws the failure; WaitTimedOut leaves it running.
    template <class Input, class Output>
    Output execute(const Activity<Input, Output>& activity, const std::type_identity_t<Input>& input,
                   const StartOptions& options, std::chrono::milliseconds timeout) {
        const StartResult started = start(activity, input, options);
        RunResult ended = jobs().wait_result({.run = started.run}, timeout);
        if (ended.failure) throw_failure(*ended.failure);
        return decode<Output>(ended.result);
    }
    /// The client by which jobs are started, awaited, listed and cancelled.
    [[nodiscard]] Client& jobs();

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::client
