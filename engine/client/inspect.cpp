// Where a run's code stands, found by replaying its committed history here and now.

#include <fmt/format.h>

#include "engine/client/client_impl.hpp"
#include "engine/client/human_time.hpp"
#include "engine/client/replayed.hpp"
#include "engine/replay/open_work.hpp"

namespace durable::client {

std::string without_anonymous(std::string text) {
    static constexpr std::string_view name = "(anonymous namespace)::";
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name))
        text.erase(at, name.size());
    return text;
}

Replayed replay_here(const WorkflowRegistry& registry, RunId run, const history::History& history) {
    Replayed replayed{replay::Execution{registry, run, "inspect"}, std::nullopt, {}};
    for (const auto& activation : history) {
        replayed.blocked = replayed.execution.replay(activation);
        if (replayed.blocked) break;
    }
    if (!history.empty()) replayed.newest_build = history.back().build;
    return replayed;
}

Client::Inspection Client::inspect(const WorkflowRegistry& registry, RunId run) {
    const auto [recorded, unreadable] = impl_->recorded(run);
    if (recorded.empty()) throw NotFound("there is no " + describe_ref(RunRef{"", run, {}}));

    Inspection inspection;
    const replay::OpenWork open = replay::open_work(recorded);
    for (const auto& activity : open.activities) {
        inspection.pending.push_back(fmt::format("activity {} (event {}), scheduled {} at {}",
                                                 activity.command->type, activity.scheduled.value,
                                                 iso_time(activity.scheduled_at), activity.command->source));
    }
    for (const auto& timer : open.timers) {
        inspection.pending.push_back(fmt::format("timer (event {}), due {}, started at {}",
                                                 timer.started.value, iso_time(timer.command->due),
                                                 timer.command->source));
    }
    if (!unreadable.empty()) {
        inspection.blocked = replay::Blocked{replay::Blocked::Kind::undecodable, unreadable, {}};
        inspection.needs_build = recorded.back().build;
        return inspection;
    }
    const Replayed replayed = replay_here(registry, run, recorded);
    inspection.blocked = replayed.blocked;
    if (replayed.blocked) {
        inspection.needs_build = replayed.newest_build;
        return inspection;
    }
    if (replayed.execution.status() != replay::RunStatus::running) {
        inspection.pending.clear();
        inspection.waits_for = "nothing: the run has ended";
        return inspection;
    }
    inspection.stack = replayed.execution.stack();
    for (auto& frame : inspection.stack) {
        frame.coroutine = without_anonymous(std::move(frame.coroutine));
        frame.waits_for = without_anonymous(std::move(frame.waits_for));
    }
    inspection.waits_for = replayed.execution.waits_for();
    return inspection;
}

}  // namespace durable::client
