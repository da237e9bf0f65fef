#pragma once
// What passes between the runs of a family: how a child and the next run of a chain begin, and what a child
// that has closed tells its parent. Pure functions, for whoever writes these activations and messages
// (engine/worker, engine/store); the machine itself only needs derived_run().

#include <optional>

#include "engine/replay/history.hpp"

namespace durable::replay {

/// The run that event `command` of `run`, made at `time`, calls into being. A UUIDv7 of that time; the same
/// whenever it is asked for.
[[nodiscard]] RunId derived_run(RunId run, EventId command, Timestamp time);

/// A run, as far as its relatives need to know it.
struct Relative {
    RunId run;
    RunId chain;  ///< its first run
    const history::WorkflowStarted& started;
};

/// Activation 0 of the child that event `initiated` of `parent` started, at the time of that activation.
[[nodiscard]] history::Activation first_of_child(const Relative& parent, EventId initiated,
                                                 const history::ChildInitiated& command, Timestamp time);
/// Activation 0 of the run that goes on where `previous` ended with `end`, at the time of that activation.
[[nodiscard]] history::Activation first_of_next(const Relative& previous,
                                                const history::WorkflowContinuedAsNew& end, Timestamp time);

/// Whether the chain tries again after `previous` has ended at `time` with `failure`, by its retry policy, and as which
/// run: none if it does not, or not in its execution time-out. `end`: the id of the ending event.
[[nodiscard]] std::optional<history::NextAttempt> next_attempt(const Relative& previous,
                                                               const Failure& failure, EventId end,
                                                               Timestamp time, bool cancel_requested);
/// Activation 0 of that run.
[[nodiscard]] history::Activation first_of_attempt(const Relative& previous,
                                                   const history::NextAttempt& attempt, Timestamp time);

/// ChildCompleted or ChildFailed for the parent of `child`, whose run has ended with `end`. Nothing if it has
/// no parent, or if the chain goes on: as new, or with another attempt.
[[nodiscard]] std::optional<history::Event> report_to_parent(const Relative& child,
                                                             const history::Event& end);
/// For the parent: the child was not started because its workflow id is taken by another run.
[[nodiscard]] history::ChildStartFailed id_taken(EventId initiated, RunId run);

}  // namespace durable::replay
