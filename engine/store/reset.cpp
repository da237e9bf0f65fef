// The chain goes on from an earlier point, in a new run.

#include <algorithm>

#include "engine/store/chain_walk.hpp"
#include "engine/store/forked_children.hpp"
#include "engine/store/forked_run.hpp"
#include "engine/store/names.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

std::vector<std::string> inbox_of(pqxx::transaction_base& tx, RunId chain) {
    std::vector<std::string> events;
    for (const auto& row : tx.exec_params(std::string{sql::waiting_messages}, chain.value.to_string())) {
        events.push_back(bytes_of(row[0].c_str()));
    }
    return events;
}

/// One reset: what is read, then what is written.
class Reset {
  public:
    Reset(pqxx::transaction_base& tx, const ResetRequest& request, ForkBase base,
          std::optional<NameHolder> holder)
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
        ask_for_units(tx_, base_, request_.run, replay::open_units_at(history, point.after));
        readmit_updates(inbox, replay::open_updates_at(history, point.after));
        write(history.front(), result, std::move(inbox));
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
        last.first_event = holder_->end.next_event;
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
                        base_.chain.value.to_string(), holder_->end.next_event.value,
                        bytea_text(history::encode(last)), holder_->end.activations + 1);
        tx_.exec_params(std::string{sql::redirect_errands}, holder_->run.value.to_string(),
                        request_.run.value.to_string());
    }

    void write(const history::Activation& first, const ResetResult& result,
               std::vector<history::Event> inbox) {
        tx_.exec_params(std::string{sql::forget_close}, base_.chain.value.to_string());
        history::Forked forked =
            origin(base_.run, {result.after, result.after}, request_.reason, request_.identity);
        forked.resent = resent_;
        take_name(tx_, base_, base_.workflow, request_.run, holder_);
        const NameHolder* predecessor = holder_ && holder_->open && same_chain() ? &*holder_ : nullptr;
        insert_forked(tx_, base_,
                      {request_.run, base_.chain, base_.workflow,
                       replay::forked_start(first, forked, base_.now), result.after, std::move(inbox)},
                      predecessor, walk_.runs());
        conclude(tx_, base_, result, request_.request_id,
                 {.identity = request_.identity,
                  .verb = "workflow reset",
                  .target = {},
                  .reason = request_.reason,
                  .batch = request_.batch});
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

    pqxx::transaction_base& tx_;
    const ResetRequest& request_;
    const ForkBase base_;
    const std::optional<NameHolder> holder_;
    ChainWalk walk_{tx_};
    int resent_ = 0;
};

}  // namespace

std::optional<ResetResult> reset(pqxx::transaction_base& tx, const ResetRequest& request) {
    check_optional_name("request id", request.request_id);
    auto base = fork_base(tx, request.base);
    if (!base) return std::nullopt;
    auto holder = lock_holder(tx, base->name_space, base->workflow);
    // While the lock was waited for, the name may have passed on: to the run that is meant.
    if (!request.base.run && holder && holder->run != base->run) base = fork_base(tx, {{}, holder->run, {}});
    if (!base) return std::nullopt;
    if (auto made = made_before(tx, *base, request.run, request.request_id)) return made;
    return Reset{tx, request, *std::move(base), std::move(holder)}.run();
}

}  // namespace durable::store
