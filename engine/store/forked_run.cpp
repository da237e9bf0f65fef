#include "engine/store/forked_run.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/store/chain_walk.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

std::optional<std::string> text_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return field.as<std::string>();
}

std::optional<RunId> known_as(pqxx::transaction_base& tx, const ForkBase& base, RunId run,
                              const std::string& request_id) {
    if (!tx.exec_params(std::string{sql::known_run}, run.value.to_string()).empty()) return run;
    if (request_id.empty()) return std::nullopt;
    const auto found =
        tx.exec_params(std::string{sql::find_reset_request}, base.name_space, base.workflow, request_id);
    if (found.empty()) return std::nullopt;
    return RunId{uuid_of(found[0][0].c_str())};
}

}  // namespace

std::optional<ForkBase> fork_base(pqxx::transaction_base& tx, const RunRef& ref) {
    const auto run = resolve(tx, ref);
    if (!run) return std::nullopt;
    const auto rows = tx.exec_params(std::string{sql::forkable_run}, run->value.to_string());
    if (rows.empty()) return std::nullopt;
    return ForkBase{*run,
                    RunId{uuid_of(rows[0]["chain_id"].c_str())},
                    rows[0]["name_space"].as<std::string>(),
                    rows[0]["workflow_id"].as<std::string>(),
                    rows[0]["tenant"].as<std::string>(),
                    Timestamp{Duration{rows[0]["now"].as<std::int64_t>()}}};
}

history::History history_to_fork(pqxx::transaction_base& tx, const ForkBase& base) {
    history::History history = history_of(tx, base.run);
    if (history.empty()) throw ResetRefused("the run's history has been removed");
    return history;
}

std::optional<NameHolder> lock_holder(pqxx::transaction_base& tx, const std::string& name_space,
                                      const std::string& workflow) {
    const auto named = tx.exec_params(std::string{sql::lock_workflow_id}, name_space, workflow);
    if (named.empty()) return std::nullopt;
    NameHolder holder;
    holder.run = RunId{uuid_of(named[0][0].c_str())};
    holder.request_id = named[0][1].as<std::string>();
    const auto live = tx.exec_params(std::string{sql::lock_live_run}, holder.run.value.to_string());
    holder.open = !live.empty();
    if (!holder.open) return holder;
    holder.chain = RunId{uuid_of(live[0][0].c_str())};
    holder.end = history_end(tx, holder.run);
    const auto terms = tx.exec_params(std::string{sql::live_run_terms}, holder.run.value.to_string());
    holder.priority = text_or_none(terms[0]["priority"]);
    holder.weight = text_or_none(terms[0]["fairness_weight"]);
    holder.fairness_key = text_or_none(terms[0]["fairness_key"]);
    return holder;
}

void take_name(pqxx::transaction_base& tx, const ForkBase& base, const std::string& workflow, RunId run,
               const std::optional<NameHolder>& holder) {
    if (holder) {
        tx.exec_params(std::string{sql::give_workflow_id}, base.name_space, workflow, run.value.to_string(),
                       std::string{}, base.tenant, holder->run.value.to_string(), holder->request_id);
        return;
    }
    const auto taken = tx.exec_params(std::string{sql::take_workflow_id}, base.name_space, workflow,
                                      run.value.to_string(), base.tenant);
    if (taken.empty()) throw ResetRefused("the workflow id was taken at this moment: try again");
}

void insert_forked(pqxx::transaction_base& tx, const ForkBase& base, const ForkedRun& made,
                   const NameHolder* predecessor, const std::set<RunId>& sources) {
    TextArray used;
    for (const RunId& run : sources) used.add(run.value);
    tx.exec_params(std::string{sql::inherit_payload_uses}, made.run.value.to_string(), used.literal());
    const bool canceled = std::ranges::any_of(made.inbox, [](const history::Event& event) {
        return std::holds_alternative<history::CancelRequested>(event);
    });
    const NameHolder none{};
    const NameHolder& terms = predecessor != nullptr ? *predecessor : none;
    tx.exec_params(std::string{sql::insert_forked_run}, made.run.value.to_string(),
                   made.chain.value.to_string(), base.run.value.to_string(), made.after.value, made.workflow,
                   bytea_text(history::encode(made.first)), made.inbox.size(), canceled,
                   or_null(terms.priority), or_null(terms.weight), or_null(terms.fairness_key));
    if (made.inbox.empty()) return;
    TextArray events;
    for (const history::Event& event : made.inbox) events.add_bytes(history::encode_event(event));
    tx.exec_params(std::string{sql::fill_inbox}, made.chain.value.to_string(), made.run.value.to_string(),
                   base.tenant, events.literal());
}

void ask_for_units(pqxx::transaction_base& tx, const ForkBase& base, RunId run,
                   const std::vector<replay::UnitsAtPoint>& units) {
    if (units.empty()) return;
    TextArray request, resource, count, granted;
    for (const replay::UnitsAtPoint& each : units) {
        request.add(std::int64_t{each.requested.value});
        resource.add(each.command->resource);
        count.add(std::int64_t{each.command->units});
        granted.add_bytes(history::encode_event(history::UnitsGranted{each.requested}));
    }
    tx.exec_params(std::string{sql::rerequest_units}, run.value.to_string(), base.tenant, request.literal(),
                   resource.literal(), count.literal(), granted.literal());
}

std::optional<ResetResult> made_before(pqxx::transaction_base& tx, const ForkBase& base, RunId run,
                                       const std::string& request_id) {
    const auto known = known_as(tx, base, run, request_id);
    if (!known) return std::nullopt;
    ResetResult result{.run = *known, .base = base.run};
    result.repeated = true;
    const auto from = tx.exec_params(std::string{sql::forked_from}, known->value.to_string());
    if (from.empty() || from[0][0].is_null()) return result;
    result.base = RunId{uuid_of(from[0][0].c_str())};
    result.after = EventId{from[0][1].as<std::int32_t>()};
    return result;
}

void conclude(pqxx::transaction_base& tx, const ForkBase& base, const ResetResult& made,
              const std::string& request_id, AuditEntry entry) {
    entry.target = base.workflow;
    entry.details = fmt::format(R"({{"base":"{}","after":{},"run":"{}"}})", made.base.value.to_string(),
                                made.after.value, made.run.value.to_string());
    audit(tx, entry);
    if (request_id.empty()) return;
    const auto kept = tx.exec_params(std::string{sql::remember_reset_request}, base.name_space, base.workflow,
                                     request_id, made.run.value.to_string());
    if (kept.empty()) throw ResetRefused("this request is being carried out at this moment: try again");
}

history::Forked origin(RunId base, const replay::ForkPoint& point, const std::string& reason,
                       const std::string& identity) {
    history::Forked forked{.base = base, .after = point.after};
    forked.reason = reason;
    forked.identity = identity;
    return forked;
}

const std::string& queue_in(const history::Activation& first) {
    return std::get<history::WorkflowStarted>(first.arrived.front()).queue;
}

}  // namespace durable::store
