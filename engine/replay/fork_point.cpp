#include "engine/replay/fork_point.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "engine/replay/execution.hpp"

namespace durable::replay {
namespace {

using namespace history;

EventId last_event(const Activation& activation) {
    return EventId{activation.next_event().value - 1};
}

EventId last_arrived(const Activation& activation) {
    return EventId{activation.first_event.value + static_cast<std::int32_t>(activation.arrived.size()) - 1};
}

bool ends(const Activation& activation) {
    return !activation.commands.empty() && is_end(activation.commands.back());
}

bool failed_outside(const Event& end) {
    const auto* failed = std::get_if<WorkflowFailed>(&end);
    return failed != nullptr && failed->outside;
}

/// An end without anything else, written by somebody who did not run the code.
bool is_bare_end(const Activation& activation) {
    return activation.arrived.empty() && activation.commands.size() == 1 &&
           (std::holds_alternative<WorkflowTerminated>(activation.commands[0]) ||
            std::holds_alternative<WorkflowTimedOut>(activation.commands[0]) ||
            failed_outside(activation.commands[0]));
}

/// Before the code of history[index], but after its news.
ForkPoint before(const History& history, std::size_t index) {
    const EventId after = last_event(history[index - 1]);
    return {after, std::max(after, last_arrived(history[index]))};
}

struct Heard {
    bool operator()(const ActivityCompleted&) const { return true; }
    bool operator()(const history::ActivityFailed&) const { return true; }
    template <class E>
    bool operator()(const E&) const {
        return false;
    }
};

/// What became of messages to other workflows that had been ordered up to `after`.
std::vector<Event> answered_after(const History& history, EventId after) {
    std::vector<Event> events;
    for (const Activation& activation : history) {
        if (activation.first_event <= after) continue;
        for (const Event& event : activation.arrived) {
            const auto* delivered = std::get_if<ExternalDelivered>(&event);
            const auto* failed = std::get_if<ExternalFailed>(&event);
            const bool ours = (delivered != nullptr && delivered->ordered <= after) ||
                              (failed != nullptr && failed->ordered <= after);
            if (ours) events.push_back(event);
        }
    }
    return events;
}

/// Follows children through a history.
class Children {
  public:
    void take(EventId id, const ChildInitiated& event) { open_[id] = {id, &event, false}; }
    void take(EventId, const ChildStarted& event) {
        if (const auto child = open_.find(event.initiated); child != open_.end())
            child->second.acknowledged = true;
    }
    void take(EventId, const ChildStartFailed& event) { open_.erase(event.initiated); }
    void take(EventId, const ChildCompleted& event) { open_.erase(event.initiated); }
    void take(EventId, const history::ChildFailed& event) { open_.erase(event.initiated); }
    template <class E>
    void take(EventId, const E&) {}

    [[nodiscard]] std::vector<ChildAtPoint> open() const {
        std::vector<ChildAtPoint> children;
        for (const auto& [id, child] : open_) children.push_back(child);
        return children;
    }

  private:
    std::map<EventId, ChildAtPoint> open_;
};

}  // namespace

std::optional<ForkPoint> point_at(const History& history, EventId event) {
    std::optional<ForkPoint> point;
    for (const Activation& activation : history) {
        if (last_event(activation) <= event && !ends(activation)) {
            point = {last_event(activation), last_event(activation)};
            continue;
        }
        const bool all_heard = point && !activation.arrived.empty() && last_arrived(activation) <= event;
        if (all_heard) point->heard = last_arrived(activation);
        break;
    }
    return point;
}

ForkPoint before_first_activation(const History& history) {
    if (history.size() > 1 && !is_bare_end(history[1])) return before(history, 1);
    return {EventId{1}, EventId{1}};
}

std::optional<ForkPoint> before_last_activation(const History& history) {
    std::size_t index = history.size();
    while (index > 1 && is_bare_end(history[index - 1])) --index;
    if (index < 2) return std::nullopt;
    return before(history, index - 1);
}

std::optional<ForkPoint> before_build(const History& history, std::string_view build) {
    for (std::size_t i = 1; i < history.size(); ++i) {
        if (history[i].build == build && !is_bare_end(history[i])) return before(history, i);
    }
    return std::nullopt;
}

std::optional<ForkPoint> before_first_mismatch(const WorkflowRegistry& registry, RunId run,
                                               const History& history) {
    Execution execution{registry, run, ""};
    for (std::size_t i = 0; i < history.size(); ++i) {
        if (!execution.replay(history[i])) continue;
        if (i == 0) return std::nullopt;  // the type is unknown: no point is before that
        return before(history, i);
    }
    return std::nullopt;
}

std::vector<Event> heard_again(const History& history, const ForkPoint& point) {
    std::vector<Event> events = answered_after(history, point.after);
    for (const Activation& activation : history) {
        if (activation.first_event <= point.after) continue;
        EventId id = activation.first_event;
        for (const Event& event : activation.arrived) {
            if (id <= point.heard && std::visit(Heard{}, event)) events.push_back(event);
            id = next(id);
        }
        break;
    }
    return events;
}

bool is_message(const Event& event) {
    return std::holds_alternative<SignalReceived>(event) || std::holds_alternative<CancelRequested>(event) ||
           std::holds_alternative<UpdateAccepted>(event);
}

std::vector<Event> messages_after(const History& history, EventId after) {
    std::vector<Event> messages;
    for (const Activation& activation : history) {
        if (activation.first_event <= after) continue;
        std::ranges::copy_if(activation.arrived, std::back_inserter(messages), is_message);
    }
    return messages;
}

std::vector<ChildAtPoint> open_children_at(const History& history, EventId after) {
    Children children;
    for (const Activation& activation : history) {
        if (activation.first_event > after) break;
        EventId id = activation.first_event;
        for (const auto* events : {&activation.arrived, &activation.commands}) {
            for (const Event& event : *events) {
                std::visit([&](const auto& fields) { children.take(id, fields); }, event);
                id = next(id);
            }
        }
    }
    return children.open();
}

std::vector<UnitsAtPoint> open_units_at(const History& history, EventId after) {
    std::map<EventId, UnitsAtPoint> open;
    for (const Activation& activation : history) {
        if (activation.first_event > after) break;
        EventId id{activation.first_event.value + static_cast<std::int32_t>(activation.arrived.size())};
        for (const Event& event : activation.commands) {
            if (const auto* requested = std::get_if<UnitsRequested>(&event)) open[id] = {id, requested};
            if (const auto* released = std::get_if<UnitsReleased>(&event)) open.erase(released->requested);
            id = next(id);
        }
    }
    std::vector<UnitsAtPoint> units;
    for (const auto& [event, request] : open) units.push_back(request);
    return units;
}

std::vector<std::string> open_updates_at(const History& history, EventId after) {
    std::map<EventId, std::string> open;
    for (const Activation& activation : history) {
        if (activation.first_event > after) break;
        EventId id = activation.first_event;
        for (const auto* events : {&activation.arrived, &activation.commands}) {
            for (const Event& event : *events) {
                if (const auto* accepted = std::get_if<UpdateAccepted>(&event)) open[id] = accepted->id;
                if (const auto* answered = std::get_if<UpdateCompleted>(&event))
                    open.erase(answered->accepted);
                id = next(id);
            }
        }
    }
    std::vector<std::string> ids;
    for (auto& [event, update] : open) ids.push_back(std::move(update));
    return ids;
}

Activation forked_start(const Activation& first_of_base, const Forked& how, Timestamp now) {
    Activation first = first_of_base;
    auto& started = std::get<WorkflowStarted>(first.arrived.front());
    Forked forked = how;
    if (started.forked) {
        for (const CopiedStretch& stretch : started.forked->copied) {
            forked.copied.push_back({stretch.run, std::min(stretch.last, how.after), stretch.workflow_id});
            if (stretch.last >= how.after) break;
        }
    }
    if (forked.copied.empty() || forked.copied.back().last < how.after) {
        forked.copied.push_back({how.base, how.after, started.workflow_id});
    }
    if (started.run_deadline) {
        const Duration timeout = started.run_timeout.value_or(*started.run_deadline - first.time);
        forked.run_deadline = now + std::max(timeout, Duration{1});
    }
    if (started.execution_timeout) forked.execution_deadline = now + *started.execution_timeout;
    started.forked = std::move(forked);
    return first;
}

}  // namespace durable::replay
