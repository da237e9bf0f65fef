#include "engine/replay/open_work.hpp"

#include <algorithm>
#include <map>

namespace durable::replay {
namespace {

class Scan {
  public:
    void activation(const history::Activation& activation) {
        time_ = activation.time;
        EventId id = activation.first_event;
        for (const auto* events : {&activation.arrived, &activation.commands}) {
            for (const auto& event : *events) {
                std::visit([&](const auto& fields) { take(id, fields); }, event);
                id = next(id);
            }
        }
    }

    OpenWork result() && {
        OpenWork work;
        for (const auto& [id, activity] : activities_) work.activities.push_back(activity);
        for (const auto& [id, timer] : timers_) work.timers.push_back(timer);
        std::ranges::sort(work.timers, {}, [](const OpenTimer& timer) {
            return std::pair{timer.command->due, timer.started};
        });
        return work;
    }

  private:
    void take(EventId id, const history::ActivityScheduled& event) { activities_[id] = {id, time_, &event}; }
    void take(EventId, const history::ActivityCompleted& event) { activities_.erase(event.scheduled); }
    void take(EventId, const history::ActivityFailed& event) { activities_.erase(event.scheduled); }
    void take(EventId, const history::ActivityCancelRequested& event) {
        const auto found = activities_.find(event.scheduled);
        if (found == activities_.end()) return;
        // Nobody awaits it any more, whatever becomes of it.
        if (found->second.command->options.cancellation == CancellationType::try_cancel)
            activities_.erase(found);
    }
    void take(EventId id, const history::TimerStarted& event) { timers_[id] = {id, time_, &event}; }
    void take(EventId, const history::TimerFired& event) { timers_.erase(event.started); }
    void take(EventId, const history::TimerCanceled& event) { timers_.erase(event.started); }
    template <class Other>
    void take(EventId, const Other&) {}

    Timestamp time_;
    std::map<EventId, OpenActivity> activities_;
    std::map<EventId, OpenTimer> timers_;
};

}  // namespace

OpenWork open_work(const history::History& history) {
    Scan scan;
    for (const auto& activation : history) scan.activation(activation);
    return std::move(scan).result();
}

}  // namespace durable::replay
