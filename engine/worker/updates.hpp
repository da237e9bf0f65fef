#pragma once
// What a turn does with updates: which of those that wait it takes on, and what it tells of them in its
// commit. Pure.

#include <map>
#include <string>

#include "engine/replay/execution.hpp"
#include "engine/store/types.hpp"

namespace durable::worker {

/// The callers' ids of updates whose handlers run, by the events that accepted them.
using RunningUpdates = std::map<EventId, std::string>;
/// To be asked before the activation: what it completes is not running after it.
[[nodiscard]] RunningUpdates running_updates(const replay::Execution& execution);

/// Adds what `activation` has made of updates. `commit` has its status, and the next run if the
/// chain goes on; if the run has ended, what still ran is broken off.
void add_updates(store::RunCommit& commit, RunningUpdates running, const history::Activation& activation);

/// An update that its validator has turned down, or that nobody can take.
[[nodiscard]] store::UpdateStep turned_down(const history::UpdateAccepted& update, Failure reason);
/// An update that came too late: the run ends. `goes_on`: but perhaps it does not, so it may be sent again.
[[nodiscard]] store::UpdateStep too_late(const history::UpdateAccepted& update, bool goes_on);

}  // namespace durable::worker
