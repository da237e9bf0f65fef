#pragma once
// Children of one run: initiated, started or refused, asked to stop, closed.

#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "engine/replay/commands.hpp"
#include "engine/workflow/runtime.hpp"

namespace durable::replay {

class ChildMachine {
  public:
    ChildMachine(Commands& commands, RunId run) : commands_(commands), run_(run) {}

    /// Issues ChildInitiated. Options that make no sense block the activation.
    [[nodiscard]] detail::ChildOperations start(detail::ChildCall call);

    // News of children that are not pending is ignored, and so is news of a run that an earlier run of this
    // chain started. A child that has closed had been started, whether its ChildStarted comes first or later.
    void started(const history::ChildStarted& event);
    void start_failed(const history::ChildStartFailed& event);
    void completed(const history::ChildCompleted& event);
    void failed(const history::ChildFailed& event);

    /// `run`: the child's, as the news has it; nil if it has none.
    [[nodiscard]] bool is_pending(EventId initiated, const RunId& run) const;
    /// Pending, and its start not known yet.
    [[nodiscard]] bool is_starting(EventId initiated, const RunId& run) const;
    [[nodiscard]] std::vector<PendingChild> pending() const;
    [[nodiscard]] std::size_t memory_estimate() const;

  private:
    struct Facts;
    class Stage;
    struct Child {
        std::shared_ptr<Facts> facts;
        std::shared_ptr<Stage> started;
        std::shared_ptr<Stage> ended;
    };

    [[nodiscard]] RunId run_of_next() const;
    [[nodiscard]] std::optional<Child> extract(EventId initiated, const RunId& run);

    Commands& commands_;
    RunId run_;
    /// Until the child has closed, also those that nobody waits for any more.
    std::map<EventId, Child> pending_;
};

}  // namespace durable::replay
