// Beginning anew (reset, fork), holding (pause) and removing runs.

#include <fmt/format.h>

#include "engine/client/client_impl.hpp"

namespace durable::client {
namespace {

using At = ResetPoint::At;

[[noreturn]] void refuse(RunId run, std::string_view why) {
    throw store::ResetRefused(fmt::format("run {} {}", run.value.to_string(), why));
}

replay::ForkPoint or_refuse(std::optional<replay::ForkPoint> point, RunId run, std::string_view why) {
    if (!point) refuse(run, why);
    return *point;
}

/// The history that the store shows has its payloads as they are kept; code has to be given what they mean.
store::PointChooser chooser(Client& client, const WorkflowRegistry& registry, const ResetPoint& wanted) {
    return [&client, &registry, wanted](RunId run, const history::History& history) -> replay::ForkPoint {
        switch (wanted.at) {
            case At::event:
                return or_refuse(replay::point_at(history, wanted.event), run,
                                 "has no such event: events are numbered from 1");
            case At::first_activation:
                return replay::before_first_activation(history);
            case At::last_activation:
            case At::last_continue_as_new:
                return or_refuse(replay::before_last_activation(history), run, "has not run yet");
            case At::before_first_mismatch:
                return or_refuse(replay::before_first_mismatch(registry, run, client.history(run)), run,
                                 "answers as recorded: this program finds no mismatch in it");
            case At::build:
                break;
        }
        return or_refuse(replay::before_build(history, wanted.build), run, "has no activation of that build");
    };
}

/// The run before the one that is meant, which decided to continue as new.
RunRef run_before(pqxx::transaction_base& tx, const RunRef& ref) {
    const auto run = store::resolve(tx, ref);
    if (!run) throw NotFound("there is no " + describe_ref(ref));
    const auto rows = store::load_history(tx, *run);
    if (!rows.empty()) {
        const auto first = history::decode_activation(rows.front().first_event, rows.front().bytes);
        const auto& started = std::get<history::WorkflowStarted>(first.arrived.front());
        if (started.continued_from) return {ref.name_space, started.continued_from, {}};
    }
    refuse(*run, "was not continued from another one");
}

RunRef base_of(pqxx::transaction_base& tx, const RunRef& ref, const ResetPoint& point) {
    return point.at == At::last_continue_as_new ? run_before(tx, ref) : ref;
}

ResetResult reset_to(Client& client, pqxx::transaction_base& tx, const WorkflowRegistry& registry, RunId run,
                     const RunRef& base, const ResetOptions& options) {
    auto result = store::reset(tx, {.base = base_of(tx, base, options.point),
                                    .run = run,
                                    .point = chooser(client, registry, options.point),
                                    .reason = options.reason,
                                    .identity = options.identity,
                                    .request_id = options.request_id,
                                    .exclude = options.exclude});
    if (!result) throw NotFound("there is no " + describe_ref(base));
    return *std::move(result);
}

ResetResult fork_to(Client& client, pqxx::transaction_base& tx, const WorkflowRegistry& registry, RunId run,
                    const RunRef& base, const WorkflowId& workflow, const ResetOptions& options) {
    auto result = store::fork(tx, {.base = base_of(tx, base, options.point),
                                   .run = run,
                                   .point = chooser(client, registry, options.point),
                                   .workflow = workflow,
                                   .reason = options.reason,
                                   .identity = options.identity,
                                   .request_id = options.request_id});
    if (!result) throw NotFound("there is no " + describe_ref(base));
    return *std::move(result);
}

}  // namespace

// --- beginning anew ----------------------------------------------------------------------------------------

ResetResult Client::reset(pqxx::transaction_base& tx, const WorkflowRegistry& registry, const RunRef& base,
                          const ResetOptions& options) {
    return reset_to(*this, tx, registry, new_run_id(), base, options);
}

ResetResult Client::reset(const WorkflowRegistry& registry, const RunRef& base, const ResetOptions& options) {
    const RunId run = new_run_id();
    ResetResult result;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        result = reset_to(*this, tx, registry, run, base, options);
        // The run is ours: an earlier attempt of this very call had committed.
        if (in_doubt && result.run == run) result.repeated = false;
    });
    if (result.terminated) impl_->notifier.closed({*result.terminated});
    if (!result.queue.empty()) impl_->notifier.runs_ready(result.queue);
    return result;
}

ResetResult Client::fork(pqxx::transaction_base& tx, const WorkflowRegistry& registry, const RunRef& base,
                         const WorkflowId& workflow, const ResetOptions& options) {
    return fork_to(*this, tx, registry, new_run_id(), base, workflow, options);
}

ResetResult Client::fork(const WorkflowRegistry& registry, const RunRef& base, const WorkflowId& workflow,
                         const ResetOptions& options) {
    const RunId run = new_run_id();
    ResetResult result;
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        result = fork_to(*this, tx, registry, run, base, workflow, options);
        if (in_doubt && result.run == run) result.repeated = false;
    });
    if (!result.queue.empty()) impl_->notifier.runs_ready(result.queue);
    return result;
}

// --- holding -----------------------------------------------------------------------------------------------

SendResult Client::pause(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                         const std::string& identity) {
    return store::pause(tx, run, reason, identity);
}

SendResult Client::pause(const RunRef& run, const std::string& reason, const std::string& identity) {
    return impl_->send(
        [&](pqxx::transaction_base& tx, bool) { return store::pause(tx, run, reason, identity); }, run);
}

SendResult Client::unpause(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                           const std::string& identity) {
    return store::unpause(tx, run, reason, identity);
}

SendResult Client::unpause(const RunRef& run, const std::string& reason, const std::string& identity) {
    std::string queue;
    const SendResult result = impl_->send(
        [&](pqxx::transaction_base& tx, bool) {
            const SendResult done = store::unpause(tx, run, reason, identity);
            if (done == SendResult::delivered) queue = store::queue_of(tx, run).value_or("");
            return done;
        },
        run);
    if (!queue.empty()) impl_->notifier.runs_ready(queue);
    return result;
}

// --- removing ----------------------------------------------------------------------------------------------

RemoveResult Client::remove(pqxx::transaction_base& tx, const RunRef& run, bool terminate_first,
                            const std::string& reason, const std::string& identity) {
    return store::remove(tx, run, terminate_first, reason, identity);
}

RemoveResult Client::remove(const RunRef& run, bool terminate_first, const std::string& reason,
                            const std::string& identity) {
    RemoveResult result{};
    impl_->transactions.write([&](pqxx::transaction_base& tx, bool in_doubt) {
        result = store::remove(tx, run, terminate_first, reason, identity);
        if (in_doubt && result == RemoveResult::not_found) result = RemoveResult::removed;
    });
    return result;
}

std::vector<store::Audited> Client::audit(const store::AuditFilter& filter) {
    std::vector<store::Audited> acts;
    impl_->transactions.read([&](pqxx::transaction_base& tx) { acts = store::list_audit(tx, filter); });
    return acts;
}

}  // namespace durable::client
