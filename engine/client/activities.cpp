#include "engine/client/activities.hpp"

#include "engine/client/client_impl.hpp"
#include "engine/client/connection_pool.hpp"
#include "engine/client/transactions.hpp"
#include "engine/replay/activity_machine.hpp"
#include "engine/store/payload_gate.hpp"
#include "engine/workflow/standalone.hpp"

namespace durable::client {
namespace {

using store::OrderOutcome;

/// The order of a repeated transaction whose first try may have committed: that it is so now is what was wanted.
Ordered settled(Ordered ordered, bool in_doubt) {
    const bool ours = in_doubt && ordered.outcome == OrderOutcome::already;
    if (ours) ordered.outcome = OrderOutcome::done;
    return ordered;
}

/// For errors: "activity 12 of run 0198…"
std::string name_of(const ActivityRef& activity) {
    return "activity " + std::to_string(activity.activity.value) + " of " + describe_ref(activity.run);
}

Payload job_input(const std::string& type, const Payload& input, const ActivityOptions& options) {
    const auto normalised = replay::normalise(options, Duration::zero());
    if (const auto* problem = std::get_if<std::string>(&normalised))
        throw std::invalid_argument("activity " + type + " would have " + *problem);
    return encode(StandaloneActivity{type, input, options});
}

}  // namespace

class ActivityClient::Impl {
  public:
    explicit Impl(const ClientOptions& options)
        : client(options),
          pool(options.connection_string, options.connections_max),
          transactions(pool, options.patience),
          notifier(with_deadlines(options.connection_string), options.notifications),
          gate(options.connection_string, options.payloads) {}

    template <class Verb>
    Ordered order(Verb verb) {
        Ordered ordered;
        transactions.write(
            [&](pqxx::transaction_base& tx, bool in_doubt) { ordered = settled(verb(tx), in_doubt); });
        tell(ordered.outcome == OrderOutcome::done, ordered);
        return ordered;
    }

    template <class Verb>
    Answer answer(Verb verb) {
        Answer answer;
        transactions.write([&](pqxx::transaction_base& tx, bool) { answer = verb(tx); });
        tell(answer.outcome == store::AnswerOutcome::accepted, answer);
        return answer;
    }

    /// The run's worker, or whoever may claim it; and those who run, or may run, the activity.
    template <class What>
    void tell(bool changed, const What& what) {
        if (!changed) return;
        if (!what.run_queue.empty()) {
            notifier.messages(what.run_queue);
            notifier.runs_ready(what.run_queue);
        }
        if (!what.activity_queue.empty()) notifier.activities_ready(what.activity_queue);
    }

    Client client;
    ConnectionPool pool;
    Transactions transactions;
    store::Notifier notifier;
    store::PayloadGate gate;
};

ActivityClient::ActivityClient(const ClientOptions& options) : impl_(std::make_unique<Impl>(options)) {}
ActivityClient::~ActivityClient() = default;

Client& ActivityClient::jobs() {
    return impl_->client;
}

// --- by token ---------------------------------------------------------------------------------------------------

Answer ActivityClient::complete(pqxx::transaction_base& tx, const CompletionToken& token,
                                const Payload& result, std::source_location where) {
    impl_->gate.check_size("result of an activity", result.json, where);
    return store::complete_activity(tx, token, result, &impl_->gate);
}
Answer ActivityClient::complete(const CompletionToken& token, const Payload& result,
                                std::source_location where) {
    return impl_->answer([&](auto& tx) { return complete(tx, token, result, where); });
}
Answer ActivityClient::fail(pqxx::transaction_base& tx, const CompletionToken& token,
                            const Failure& failure) {
    return store::fail_activity(tx, token, failure, &impl_->gate);
}
Answer ActivityClient::fail(const CompletionToken& token, const Failure& failure) {
    // An attempt that failed and is tried again leaves no event: after a lost answer its token is stale because
    // of this very failure.
    Answer answer;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        answer = fail(tx, token, failure);
        if (in_doubt && answer.outcome == store::AnswerOutcome::stale)
            answer.outcome = store::AnswerOutcome::repeated;
    });
    impl_->tell(answer.good(), answer);
    return answer;
}
TokenBeat ActivityClient::heartbeat(pqxx::transaction_base& tx, const CompletionToken& token,
                                    const std::optional<Payload>& details) {
    return store::heartbeat_activity(tx, token, details, &impl_->gate);
}
TokenBeat ActivityClient::heartbeat(const CompletionToken& token, const std::optional<Payload>& details) {
    TokenBeat beat;
    impl_->transactions.write(
        [&](pqxx::transaction_base& tx, bool) { beat = heartbeat(tx, token, details); });
    return beat;
}

// --- operators ----------------------------------------------------------------------------------------------------

Ordered ActivityClient::pause(pqxx::transaction_base& tx, const ActivityRef& activity, const OrderedBy& by) {
    return store::pause_activity(tx, activity, by);
}
Ordered ActivityClient::pause(const ActivityRef& activity, const OrderedBy& by) {
    return impl_->order([&](auto& tx) { return pause(tx, activity, by); });
}
Ordered ActivityClient::unpause(pqxx::transaction_base& tx, const ActivityRef& activity,
                                const OrderedBy& by) {
    return store::unpause_activity(tx, activity, by);
}
Ordered ActivityClient::unpause(const ActivityRef& activity, const OrderedBy& by) {
    return impl_->order([&](auto& tx) { return unpause(tx, activity, by); });
}
Ordered ActivityClient::reset(pqxx::transaction_base& tx, const ActivityRef& activity, bool keep_paused,
                              const OrderedBy& by) {
    return store::reset_activity(tx, activity, keep_paused, by);
}
Ordered ActivityClient::reset(const ActivityRef& activity, bool keep_paused, const OrderedBy& by) {
    return impl_->order([&](auto& tx) { return reset(tx, activity, keep_paused, by); });
}
Ordered ActivityClient::retry(pqxx::transaction_base& tx, const ActivityRef& activity, const OrderedBy& by) {
    return store::retry_activity(tx, activity, by);
}
Ordered ActivityClient::retry(const ActivityRef& activity, const OrderedBy& by) {
    return impl_->order([&](auto& tx) { return retry(tx, activity, by); });
}
Ordered ActivityClient::update_options(pqxx::transaction_base& tx, const ActivityRef& activity,
                                       const ActivityChanges& changes, const OrderedBy& by) {
    return store::change_activity(tx, activity, changes, by);
}
Ordered ActivityClient::update_options(const ActivityRef& activity, const ActivityChanges& changes,
                                       const OrderedBy& by) {
    return impl_->order([&](auto& tx) { return update_options(tx, activity, changes, by); });
}
Ordered ActivityClient::edit_input(pqxx::transaction_base& tx, const ActivityRef& activity,
                                   const Payload& input, const OrderedBy& by) {
    impl_->gate.check_size("input of " + name_of(activity), input.json);
    return store::edit_activity(tx, activity, input, by, &impl_->gate);
}
Ordered ActivityClient::edit_input(const ActivityRef& activity, const Payload& input, const OrderedBy& by) {
    return impl_->order([&](auto& tx) { return edit_input(tx, activity, input, by); });
}
Ordered ActivityClient::skip(pqxx::transaction_base& tx, const ActivityRef& activity, const Payload& result,
                             const OrderedBy& by) {
    impl_->gate.check_size("result of " + name_of(activity), result.json);
    return store::skip_activity(tx, activity, result, by, &impl_->gate);
}
Ordered ActivityClient::skip(const ActivityRef& activity, const Payload& result, const OrderedBy& by) {
    return impl_->order([&](auto& tx) { return skip(tx, activity, result, by); });
}
Ordered ActivityClient::fail(pqxx::transaction_base& tx, const ActivityRef& activity, const Failure& failure,
                             const OrderedBy& by) {
    return store::fail_pending_activity(tx, activity, failure, by, &impl_->gate);
}
Ordered ActivityClient::fail(const ActivityRef& activity, const Failure& failure, const OrderedBy& by) {
    return impl_->order([&](auto& tx) { return fail(tx, activity, failure, by); });
}

void ActivityClient::told(const Answer& answer) {
    impl_->tell(answer.outcome == store::AnswerOutcome::accepted, answer);
}
void ActivityClient::told(const Ordered& ordered) {
    impl_->tell(ordered.outcome == OrderOutcome::done, ordered);
}

// --- looking ------------------------------------------------------------------------------------------------------

std::vector<store::PendingActivity> ActivityClient::list(const ActivityFilter& filter) {
    std::vector<store::PendingActivity> found;
    impl_->transactions.read(
        [&](pqxx::transaction_base& tx) { found = store::list_activities(tx, filter, &impl_->gate); });
    return found;
}

std::optional<store::PendingActivity> ActivityClient::describe(const ActivityRef& ref) {
    std::vector<store::PendingActivity> found;
    impl_->transactions.read([&](pqxx::transaction_base& tx) {
        found.clear();
        const auto run = store::resolve(tx, ref.run);
        if (!run) return;
        constexpr std::int32_t all = 10'000;
        ActivityFilter filter;
        filter.name_space.reset();
        filter.run = *run;
        filter.limit = all;
        found = store::list_activities(tx, filter, &impl_->gate);
        std::erase_if(found, [&](const auto& pending) { return pending.activity != ref.activity; });
    });
    if (found.empty()) return std::nullopt;
    return std::move(found.front());
}

std::vector<store::UnknownOutcome> ActivityClient::unknown(Timestamp since, std::int32_t limit) {
    std::vector<store::UnknownOutcome> found;
    impl_->transactions.read(
        [&](pqxx::transaction_base& tx) { found = store::unknown_outcomes(tx, since, limit); });
    return found;
}

// --- jobs -----------------------------------------------------------------------------------------------------------

StartResult ActivityClient::start(pqxx::transaction_base& tx, const std::string& type, const Payload& input,
                                  const ActivityOptions& options, const StartOptions& start) {
    return impl_->client.start(tx, std::string{standalone_activity.name}, job_input(type, input, options),
                               start);
}
StartResult ActivityClient::start(const std::string& type, const Payload& input,
                                  const ActivityOptions& options, const StartOptions& start) {
    return impl_->client.start(std::string{standalone_activity.name}, job_input(type, input, options), start);
}

}  // namespace durable::client
