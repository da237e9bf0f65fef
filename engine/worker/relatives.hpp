#pragma once
// What an activation orders for other runs (children, the next run of its chain, its parent) and for readers
// (published state), as parts of its commit. Pure.

#include <map>

#include "engine/replay/execution.hpp"
#include "engine/store/types.hpp"

namespace durable::worker {

/// The chains of children by the events that ordered them.
using ChildChains = std::map<EventId, RunId>;
/// Those that have not closed yet. To be asked before the activation: what it cancels may not be pending
/// after it.
[[nodiscard]] ChildChains open_children(const replay::Execution& execution);

/// `commit` has its run, chain and status; `activation` is what it commits.
void add_relatives(store::RunCommit& commit, const history::WorkflowStarted& started, ChildChains children,
                   const history::Activation& activation);

/// True for messages that any run of the chain may take; the others are for the run that they were sent to
/// alone.
[[nodiscard]] bool is_for_chain(const history::Event& message);

}  // namespace durable::worker
