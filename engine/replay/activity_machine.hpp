#pragma once
// Activities of one run: scheduled, asked to stop, finished.

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/replay/commands.hpp"
#include "engine/workflow/runtime.hpp"

namespace durable::replay {

/// The options as they are recorded: what was not given is filled in from what was, nothing exceeds
/// `run_timeout` (zero: none). The other alternative says what is wrong with them.
[[nodiscard]] std::variant<ActivityOptions, std::string> normalise(ActivityOptions options,
                                                                   Duration run_timeout);

class ActivityMachine {
  public:
    explicit ActivityMachine(Commands& commands) : commands_(commands) {}

    /// Issues ActivityScheduled. Options that cannot be normalised block the activation.
    [[nodiscard]] std::shared_ptr<detail::Operation> schedule(detail::ActivityCall call,
                                                              Duration run_timeout);

    // Results of activities that are not pending are ignored.
    void completed(const history::ActivityCompleted& event);
    void failed(const history::ActivityFailed& event);

    [[nodiscard]] bool is_pending(EventId scheduled) const { return pending_.contains(scheduled); }
    [[nodiscard]] std::vector<PendingActivity> pending() const;
    [[nodiscard]] std::size_t memory_estimate() const;

  private:
    class ScheduledActivity;

    Commands& commands_;
    /// Until the result arrives, also of those that nobody waits for any more.
    std::map<EventId, std::shared_ptr<ScheduledActivity>> pending_;
};

}  // namespace durable::replay
