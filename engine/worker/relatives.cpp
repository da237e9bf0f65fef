#include "engine/worker/relatives.hpp"

#include <algorithm>
#include <utility>

#include "engine/replay/lineage.hpp"

namespace durable::worker {
namespace {

class Orders {
  public:
    Orders(store::RunCommit& commit, const history::WorkflowStarted& started, ChildChains children,
           Timestamp time)
        : commit_(commit),
          self_{commit.run, commit.chain, started},
          children_(std::move(children)),
          time_(time) {}

    void take(EventId id, const history::ChildInitiated& command) {
        const history::Activation first = replay::first_of_child(self_, id, command, time_);
        const auto& begun = std::get<history::WorkflowStarted>(first.arrived.front());
        commit_.children.push_back({id, command.run, WorkflowId{command.workflow_id}, command.type,
                                    begun.queue, history::encode(first), command.reuse,
                                    command.parent_close});
        children_[id] = command.run;
    }
    void take(EventId, const history::ChildCancelRequested& command) {
        const auto child = children_.find(command.initiated);
        if (child != children_.end()) commit_.cancel_children.push_back(child->second);
    }
    void take(EventId, const history::StatePublished& command) {
        const auto known = std::ranges::find(commit_.published, command.key, &store::Published::key);
        if (known != commit_.published.end()) {
            known->json = command.value.json;
        } else {
            commit_.published.push_back({command.key, command.value.json});
        }
    }
    void take(EventId, const history::WorkflowContinuedAsNew& end) {
        const history::Activation first = replay::first_of_next(self_, end, time_);
        const auto& begun = std::get<history::WorkflowStarted>(first.arrived.front());
        commit_.continued = {end.run, begun.type, begun.queue, history::encode(first)};
    }
    template <class Other>
    void take(EventId, const Other&) {}

    void report(const history::Event& end) {
        const auto event = replay::report_to_parent(self_, end);
        if (event) commit_.report = {self_.started.parent->run, history::encode_event(*event)};
    }

  private:
    store::RunCommit& commit_;
    const replay::Relative self_;
    ChildChains children_;
    const Timestamp time_;
};

}  // namespace

ChildChains open_children(const replay::Execution& execution) {
    ChildChains chains;
    for (const replay::PendingChild& child : execution.pending_children()) {
        chains.emplace(child.initiated, child.command->run);
    }
    return chains;
}

void add_relatives(store::RunCommit& commit, const history::WorkflowStarted& started, ChildChains children,
                   const history::Activation& activation) {
    Orders orders{commit, started, std::move(children), activation.time};
    EventId id{activation.first_event.value + static_cast<std::int32_t>(activation.arrived.size())};
    for (const history::Event& command : activation.commands) {
        std::visit([&](const auto& fields) { orders.take(id, fields); }, command);
        id = next(id);
    }
    if (commit.status != replay::RunStatus::running) orders.report(activation.commands.back());
}

bool is_for_chain(const history::Event& message) {
    return std::holds_alternative<history::SignalReceived>(message) ||
           std::holds_alternative<history::CancelRequested>(message);
}

}  // namespace durable::worker
