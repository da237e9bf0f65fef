// A run beside another one, from a point of its history on.

#include "engine/store/forked_children.hpp"
#include "engine/store/forked_run.hpp"
#include "engine/store/names.hpp"

namespace durable::store {

std::optional<ResetResult> fork(pqxx::transaction_base& tx, const ForkRequest& request) {
    check_optional_name("request id", request.request_id);
    check_workflow_id(request.workflow.value);
    const auto base = fork_base(tx, request.base);
    if (!base) return std::nullopt;
    const auto holder = lock_holder(tx, base->name_space, request.workflow.value);
    if (auto made = made_before(tx, *base, request.run, request.request_id)) return made;
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
    history::Forked forked = origin(base->run, point, request.reason, request.identity);
    forked.reset = false;
    history::Activation first = replay::forked_start(history.front(), forked, base->now);
    std::get<history::WorkflowStarted>(first.arrived.front()).workflow_id = request.workflow.value;

    ResetResult result{.run = request.run, .base = base->run, .after = point.after};
    result.queue = queue_in(first);
    take_name(tx, *base, request.workflow.value, request.run, holder);
    ask_for_units(tx, *base, request.run, replay::open_units_at(history, point.after));
    insert_forked(
        tx, *base,
        {request.run, request.run, request.workflow.value, std::move(first), point.after, std::move(inbox)},
        nullptr, {base->run});
    conclude(tx, *base, result, request.request_id,
             {.identity = request.identity, .verb = "workflow fork", .target = {}, .reason = request.reason});
    return result;
}

}  // namespace durable::store
