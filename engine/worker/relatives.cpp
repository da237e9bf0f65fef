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
                                    begun.queue, history::encode(first), command.reuse, command.parent_close,
                                    command.share});
        children_[id] = command.run;
        if (!command.attributes.empty()) commit_.attributes.push_back({command.run, command.attributes});
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
    void take(EventId, const history::SearchAttributeSet& command) {
        const auto own = std::ranges::find(commit_.attributes, commit_.run, &store::AttributeChange::run);
        auto& change = own != commit_.attributes.end() ? *own : commit_.attributes.emplace_back(commit_.run);
        std::erase_if(change.attributes, [&](const auto& earlier) { return earlier.key == command.key; });
        change.attributes.push_back({command.key, command.type, command.value});
    }
    void take(EventId id, const history::ExternalSignalOrdered& order) {
        const std::string request = request_id(id);
        const history::Event signal = history::SignalReceived{order.name, order.input, request};
        send(id, order.workflow_id, signal, request, false);
    }
    void take(EventId id, const history::ExternalCancelOrdered& order) {
        const std::string sender = "workflow " + self_.started.workflow_id;
        const history::Event cancel = history::CancelRequested{order.reason, sender};
        send(id, order.workflow_id, cancel, request_id(id), true);
    }
    void take(EventId id, const history::UnitsRequested& command) {
        commit_.units.push_back({id, command.resource, command.units, command.capacity});
    }
    void take(EventId, const history::UnitsReleased& command) {
        commit_.units_back.push_back(command.requested);
    }
    void take(EventId, const history::WorkflowFailed& end) { try_again(end.next); }
    void take(EventId, const history::WorkflowTimedOut& end) { try_again(end.next); }
    void take(EventId, const history::WorkflowContinuedAsNew& end) {
        if (!end.attributes.empty()) commit_.attributes.push_back({end.run, end.attributes});
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
    void try_again(const std::optional<history::NextAttempt>& next) {
        if (!next) return;
        if (!self_.started.attributes.empty()) {
            commit_.attributes.push_back({next->run, self_.started.attributes});
        }
        const history::Activation first = replay::first_of_attempt(self_, *next, time_);
        commit_.continued = {next->run, self_.started.type, self_.started.queue, history::encode(first),
                             next->at};
    }
    /// The same whenever this command is carried out: what has been delivered is known by it.
    [[nodiscard]] std::string request_id(EventId id) const {
        return "from " + self_.run.value.to_string() + " event " + std::to_string(id.value);
    }
    void send(EventId id, const std::string& workflow_id, const history::Event& message,
              const std::string& request, bool cancels) {
        const history::Event delivered = history::ExternalDelivered{id};
        Failure failure{.type = "WorkflowNotFound", .retryable = false};
        failure.message = "no open run has the workflow id";
        const history::Event failed = history::ExternalFailed{id, std::move(failure)};
        commit_.externals.push_back({WorkflowId{workflow_id}, history::encode_event(message), request,
                                     cancels, history::encode_event(delivered),
                                     history::encode_event(failed)});
    }

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
           std::holds_alternative<history::CancelRequested>(message) ||
           std::holds_alternative<history::UpdateAccepted>(message);
}

}  // namespace durable::worker
