#pragma once
// Where in a history a reset or a fork begins anew, and what of the rest has to be told again. Pure.
//
// The point lies between two activations: what ends at or before `after` is copied. An activation's news (what had
// arrived before its code ran) may be kept although its code is not: then it is delivered again, so that an activity
// whose result is known does not run once more.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/replay/history.hpp"
#include "engine/workflow/registry.hpp"

namespace durable::replay {

struct ForkPoint {
    EventId after;  ///< the last event that is copied: the end of an activation
    EventId heard;  ///< news up to this event are delivered again; `after` if there are none
    bool operator==(const ForkPoint&) const = default;
};

/// The point at `event`, rounded down to the end of an activation. None if that would be before event 1.
[[nodiscard]] std::optional<ForkPoint> point_at(const history::History& history, EventId event);
/// Before the code ran for the first time. Always there.
[[nodiscard]] ForkPoint before_first_activation(const history::History& history);
/// Before the last activation of the code; an end that was written without it does not count. None if it has not run.
[[nodiscard]] std::optional<ForkPoint> before_last_activation(const history::History& history);
/// Before the first activation that `build` recorded. None if it recorded none.
[[nodiscard]] std::optional<ForkPoint> before_build(const history::History& history, std::string_view build);
/// Before the first activation that the code of this build does not answer as recorded. None if it answers all of them.
[[nodiscard]] std::optional<ForkPoint> before_first_mismatch(const WorkflowRegistry& registry, RunId run,
                                                             const history::History& history);

/// Results that are delivered again: those of activities because of `heard`; what became of messages to other workflows
/// always, since they are not sent once more.
[[nodiscard]] std::vector<history::Event> heard_again(const history::History& history,
                                                      const ForkPoint& point);
/// Messages for the chain that arrived after event `after`, in order: signals, cancel requests, accepted updates.
[[nodiscard]] std::vector<history::Event> messages_after(const history::History& history, EventId after);
/// True for those: any run of the chain may take them.
[[nodiscard]] bool is_message(const history::Event& event);

/// A child that was ordered up to `after` and whose end had not come up to there.
struct ChildAtPoint {
    EventId initiated;
    const history::ChildInitiated* command;  ///< in the history given
    bool acknowledged = false;               ///< ChildStarted had come
};
[[nodiscard]] std::vector<ChildAtPoint> open_children_at(const history::History& history, EventId after);

/// Units of semaphores that had been asked for up to `after` and not given back by then.
struct UnitsAtPoint {
    EventId requested;
    const history::UnitsRequested* command;  ///< in the history given
};
[[nodiscard]] std::vector<UnitsAtPoint> open_units_at(const history::History& history, EventId after);

/// Ids of the updates that had been accepted up to `after` and not answered by then.
[[nodiscard]] std::vector<std::string> open_updates_at(const history::History& history, EventId after);

/// Activation 0 of a run that begins with the history of `base` up to `point`. `how`: what to record of it; its copied
/// stretches and deadlines are filled in, the deadlines counting from `now`.
[[nodiscard]] history::Activation forked_start(const history::Activation& first_of_base,
                                               const history::Forked& how, Timestamp now);

}  // namespace durable::replay
