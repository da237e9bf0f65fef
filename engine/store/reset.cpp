#include "engine/store/reset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "engine/replay/lineage.hpp"
#include "engine/store/audit.hpp"
#include "engine/store/chain_walk.hpp"
#include "engine/store/forked_children.hpp"
#include "engine/store/names.hpp"
#include "engine/store/search.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

struct Base {
    RunId run;
    RunId chain;
    std::string name_space;
    std::string workflow;
    std::string tenant;
    Timestamp now;
};

std::optional<Base> base_of(pqxx::transaction_base& tx, const RunRef& ref) {
    const auto run = resolve(tx, ref);
    if (!run) return std::nullopt;
    const auto rows = tx.exec_params(std::string{sql::forkable_run}, run->value.to_string());
    if (rows.empty()) return std::nullopt;
    return Base{*run,
                RunId{uuid_of(rows[0]["chain_id"].c_str())},
                rows[0]["name_space"].as<std::string>(),
                rows[0]["workflow_id"].as<std::string>(),
                rows[0]["tenant"].as<std::string>(),
                Timestamp{Duration{rows[0]["now"].as<std::int64_t>()}}};
}

/// The run that had the workflow id, held until the end of the transaction.
struct Holder {
    RunId run;
    RunId chain{};
    std::string request_id;
    bool open = false;
    EventId next_event{};
    // What the run that takes its place inherits; unset if it has ended.
    std::optional<std::string> priority{}, weight{}, fairness_key{};
};

std::optional<std::string> text_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return field.as<std::string>();
}

std::optional<Holder> lock_holder(pqxx::transaction_base& tx, const std::string& name_space,
                                  const std::string& workflow) {
    const auto named = tx.exec_params(std::string{sql::lock_workflow_id}, name_space, workflow);
    if (named.empty()) return std::nullopt;
    Holder holder;
    holder.run = RunId{uuid_of(named[0][0].c_str())};
    holder.request_id = named[0][1].as<std::string>();
    const auto live = tx.exec_params(std::string{sql::lock_live_run}, holder.run.value.to_string());
    holder.open = !live.empty();
    if (!holder.open) return holder;
    holder.chain = RunId{uuid_of(live[0][0].c_str())};
    holder.next_event = EventId{live[0][2].as<std::int32_t>()};
    const auto terms = tx.exec_params(std::string{sql::live_run_terms}, holder.run.value.to_string());
    holder.priority = text_or_none(terms[0]["priority"]);
    holder.weight = text_or_none(terms[0]["fairness_weight"]);
    holder.fairness_key = text_or_none(terms[0]["fairness_key"]);
    return holder;
}

std::vector<std::string> inbox_of(pqxx::transaction_base& tx, RunId chain) {
    std::vector<std::string> events;
    for (const auto& row : tx.exec_params(std::string{sql::waiting_messages}, chain.value.to_string())) {
        events.push_back(bytes_of(row[0].c_str()));
    }
    return events;
}

/// What both kinds write.
struct NewRun {
    RunId run;
    RunId chain;
    const Base& base;
    std::string workflow;
    history::Activation first;
    EventId after;
    std::vector<history::Event> inbox;
};

void insert(pqxx::transaction_base& tx, const NewRun& made, const Holder* predecessor,
            const std::set<RunId>& sources) {
    TextArray used;
    for (const RunId& run : sources) used.add(run.value);
    tx.exec_params(std::string{sql::inherit_payload_uses}, made.run.value.to_string(), used.literal());
    const bool canceled = std::ranges::any_of(made.inbox, [](const history::Event& event) {
        return std::holds_alternative<history::CancelRequested>(event);
    });
    const Holder none{};
    const Holder& terms = predecessor != nullptr ? *predecessor : none;
    tx.exec_params(std::string{sql::insert_forked_run}, made.run.value.to_string(),
                   made.chain.value.to_string(), made.base.run.value.to_string(), made.after.value,
                   made.workflow, bytea_text(history::encode(made.first)), made.inbox.size(), canceled,
                   or_null(terms.priority), or_null(terms.weight), or_null(terms.fairness_key));
    attributes_as_in_history(tx, made.run);
    if (made.inbox.empty()) return;
    TextArray events;
    for (const history::Event& event : made.inbox) events.add_bytes(history::encode_event(event));
    tx.exec_params(std::string{sql::fill_inbox}, made.chain.value.to_string(), made.run.value.to_string(),
                   made.base.tenant, events.literal());
}

std::string queue_in(const history::Activation& first) {
    return std::get<history::WorkflowStarted>(first.arrived.front()).queue;
}

/// The run that an earlier, identical request has made.
std::optional<RunId> made_before(pqxx::transaction_base& tx, const Base& base, RunId run,
                                 const std::string& request_id) {
    if (!tx.exec_params(std::string{sql::known_run}, run.value.to_string()).empty()) return run;
    if (request_id.empty()) return std::nullopt;
    const auto found =
        tx.exec_params(std::string{sql::find_reset_request}, base.name_space, base.workflow, request_id);
    if (found.empty()) return std::nullopt;
    return RunId{uuid_of(found[0][0].c_str())};
}

void remember(pqxx::transaction_base& tx, const Base& base, RunId run, const std::string& request_id) {
    if (request_id.empty()) return;
    const auto kept = tx.exec_params(std::string{sql::remember_reset_request}, base.name_space, base.workflow,
                                     request_id, run.value.to_string());
    if (kept.empty()) throw ResetRefused("this request is being carried out at this moment: try again");
}

ResetResult repeated(pqxx::transaction_base& tx, const Base& base, RunId run) {
    ResetResult result{.run = run, .base = base.run};
    const auto from = tx.exec_params(std::string{sql::forked_from}, run.value.to_string());
    if (!from.empty() && !from[0][0].is_null()) {
        result.base = RunId{uuid_of(from[0][0].c_str())};
        result.after = EventId{from[0][1].as<std::int32_t>()};
    }
    result.repeated = true;
    return result;
}

history::History history_to_fork(pqxx::transaction_base& tx, const Base& base) {
    history::History history = history_of(tx, base.run);
    if (history.empty()) throw ResetRefused("the run's history has been removed");
    return history;
}

history::Forked how(RunId base, const replay::ForkPoint& point, const std::string& reason,
                    const std::string& identity) {
    history::Forked forked{.base = base, .after = point.after};
    forked.reason = reason;
    forked.identity = identity;
    return forked;
}

/// One reset: what is read, then what is written.
class Reset {
  public:
    Reset(pqxx::transaction_base& tx, const ResetRequest& request, Base base, std::optional<Holder> holder)
        : tx_(tx), request_(request), base_(std::move(base)), holder_(std::move(holder)) {}

    ResetResult run() {
        const history::History history = history_to_fork(tx_, base_);
        const replay::ForkPoint point = request_.point(base_.run, history);
        collect(point);
        std::vector<history::Event> inbox = messages(history, point);
        ResetResult result{.run = request_.run, .base = base_.run, .after = point.after};
        result.resent = resent_;
        if (holder_ && holder_->open) result.terminated = holder_->run;
        end_holder();

        ForkedChildren children{tx_, base_.chain, request_.run};
        for (auto& news : children.keep(replay::open_children_at(history, point.after))) {
            inbox.push_back(std::move(news));
        }
        result.children_ended = children.end_later(walk_.runs());
        readmit_updates(inbox, replay::open_updates_at(history, point.after));
        write(history.front(), point, std::move(inbox));
        result.queue = queue_in(history.front());
        return result;
    }

  private:
    [[nodiscard]] bool same_chain() const { return holder_ && holder_->chain == base_.chain; }

    void collect(const replay::ForkPoint& point) {
        walk_.from(base_.run, point.after);
        if (holder_ && holder_->open && same_chain()) {
            walk_.branch_of(holder_->run);
            walk_.waiting(inbox_of(tx_, base_.chain));
        }
    }

    /// What the new run is told before anything else: what it may know already, then what was sent after the point.
    std::vector<history::Event> messages(const history::History& history, const replay::ForkPoint& point) {
        std::vector<history::Event> inbox = replay::heard_again(history, point);
        for (const history::Event& message : walk_.messages()) {
            if (excluded(message)) continue;
            if (std::holds_alternative<history::SignalReceived>(message)) ++resent_;
            inbox.push_back(message);
        }
        return inbox;
    }
    [[nodiscard]] bool excluded(const history::Event& message) const {
        const ReapplyExclude& exclude = request_.exclude;
        if (std::holds_alternative<history::SignalReceived>(message)) return exclude.signals;
        if (std::holds_alternative<history::CancelRequested>(message)) return exclude.cancels;
        return exclude.updates;
    }

    void end_holder() {
        if (!holder_ || !holder_->open) return;
        const std::string reason = "reset: run " + request_.run.value.to_string() + " goes on";
        if (!same_chain()) {
            terminate(tx_, {base_.name_space, holder_->run, {}}, reason, request_.identity);
            return;
        }
        history::Activation last;
        last.first_event = holder_->next_event;
        last.time = base_.now;
        const auto newest =
            tx_.exec_params(std::string{sql::last_activation}, holder_->run.value.to_string());
        if (!newest.empty()) {
            const EventId first{newest[0][0].as<std::int32_t>()};
            last.time =
                std::max(last.time, history::decode_activation(first, bytes_of(newest[0][2].c_str())).time);
        }
        last.commands.emplace_back(history::WorkflowTerminated{reason, request_.identity, request_.run});
        tx_.exec_params(std::string{sql::replace_run}, holder_->run.value.to_string(),
                        base_.chain.value.to_string(), holder_->next_event.value,
                        bytea_text(history::encode(last)));
        tx_.exec_params(std::string{sql::redirect_errands}, holder_->run.value.to_string(),
                        request_.run.value.to_string());
    }

    void write(const history::Activation& first, const replay::ForkPoint& point,
               std::vector<history::Event> inbox) {
        tx_.exec_params(std::string{sql::forget_close}, base_.chain.value.to_string());
        history::Forked forked = how(base_.run, point, request_.reason, request_.identity);
        forked.resent = resent_;
        take_name();
        const Holder* predecessor = holder_ && holder_->open && same_chain() ? &*holder_ : nullptr;
        insert(tx_,
               {request_.run, base_.chain, base_, base_.workflow,
                replay::forked_start(first, forked, base_.now), point.after, std::move(inbox)},
               predecessor, walk_.runs());
        remember(tx_, base_, request_.run, request_.request_id);
        audit(tx_, {request_.identity, "workflow reset", base_.workflow, request_.reason,
                    fmt::format(R"({{"base":"{}","after":{},"run":"{}"}})", base_.run.value.to_string(),
                                point.after.value, request_.run.value.to_string())});
    }

    void readmit_updates(const std::vector<history::Event>& inbox, const std::vector<std::string>& accepted) {
        TextArray again;
        for (const history::Event& event : inbox) {
            if (const auto* update = std::get_if<history::UpdateAccepted>(&event)) again.add(update->id);
        }
        TextArray kept;
        for (const std::string& id : accepted) kept.add(id);
        Failure failure{.type = "UpdateBrokenOff", .retryable = false};
        failure.message = "the run was reset to a point before the update, which was left out";
        const history::Event broken = history::UpdateCompleted{EventId{}, {}, std::move(failure)};
        tx_.exec_params(std::string{sql::readmit_updates}, base_.chain.value.to_string(),
                        request_.run.value.to_string(), again.literal(), kept.literal(),
                        bytea_text(history::encode_event(broken)));
    }

    void take_name() {
        if (holder_) {
            tx_.exec_params(std::string{sql::give_workflow_id}, base_.name_space, base_.workflow,
                            request_.run.value.to_string(), std::string{}, base_.tenant,
                            holder_->run.value.to_string(), holder_->request_id);
            return;
        }
        const auto taken = tx_.exec_params(std::string{sql::take_workflow_id}, base_.name_space,
                                           base_.workflow, request_.run.value.to_string(), base_.tenant);
        if (taken.empty()) throw ResetRefused("the workflow id was taken at this moment: try again");
    }

    pqxx::transaction_base& tx_;
    const ResetRequest& request_;
    const Base base_;
    const std::optional<Holder> holder_;
    ChainWalk walk_{tx_};
    int resent_ = 0;
};

}  // namespace

std::optional<ResetResult> reset(pqxx::transaction_base& tx, const ResetRequest& request) {
    check_optional_name("request id", request.request_id);
    auto base = base_of(tx, request.base);
    if (!base) return std::nullopt;
    auto holder = lock_holder(tx, base->name_space, base->workflow);
    // While the lock was waited for, the name may have passed on: to the run that is meant.
    if (!request.base.run && holder && holder->run != base->run) base = base_of(tx, {{}, holder->run, {}});
    if (const auto made = made_before(tx, *base, request.run, request.request_id)) {
        return repeated(tx, *base, *made);
    }
    return Reset{tx, request, *std::move(base), std::move(holder)}.run();
}

std::optional<ResetResult> fork(pqxx::transaction_base& tx, const ForkRequest& request) {
    check_optional_name("request id", request.request_id);
    check_workflow_id(request.workflow.value);
    const auto base = base_of(tx, request.base);
    if (!base) return std::nullopt;
    const auto holder = lock_holder(tx, base->name_space, request.workflow.value);
    if (const auto made = made_before(tx, *base, request.run, request.request_id)) {
        return repeated(tx, *base, *made);
    }
    if (holder && holder->open) {
        throw ResetRefused("workflow " + request.workflow.value + " is open: fork under another workflow id");
    }
    const history::History history = history_to_fork(tx, *base);
    const replay::ForkPoint point = request.point(base->run, history);
    std::vector<history::Event> inbox = replay::heard_again(history, point);
    ForkedChildren children{tx, request.run, request.run};
    for (auto& news : children.disown(replay::open_children_at(history, point.after))) {
        inbox.push_back(std::move(news));
    }
    history::Forked forked = how(base->run, point, request.reason, request.identity);
    forked.reset = false;
    history::Activation first = replay::forked_start(history.front(), forked, base->now);
    std::get<history::WorkflowStarted>(first.arrived.front()).workflow_id = request.workflow.value;
    if (holder) {
        tx.exec_params(std::string{sql::give_workflow_id}, base->name_space, request.workflow.value,
                       request.run.value.to_string(), std::string{}, base->tenant,
                       holder->run.value.to_string(), holder->request_id);
    } else if (tx.exec_params(std::string{sql::take_workflow_id}, base->name_space, request.workflow.value,
                              request.run.value.to_string(), base->tenant)
                   .empty()) {
        throw ResetRefused("the workflow id was taken at this moment: try again");
    }
    ResetResult result{.run = request.run, .base = base->run, .after = point.after};
    result.queue = queue_in(first);
    insert(tx,
           {request.run, request.run, *base, request.workflow.value, std::move(first), point.after,
            std::move(inbox)},
           nullptr, {base->run});
    remember(tx, *base, request.run, request.request_id);
    audit(tx, {request.identity, "workflow fork", base->workflow, request.reason,
               fmt::format(R"({{"base":"{}","after":{},"run":"{}"}})", base->run.value.to_string(),
                           point.after.value, request.run.value.to_string())});
    return result;
}

}  // namespace durable::store
