#include "engine/worker/updates.hpp"

#include <utility>

#include "engine/store/updates.hpp"

namespace durable::worker {
namespace {

using store::UpdateStage;
using store::UpdateStep;

/// Each update's newest step, by its caller's id.
using Steps = std::map<std::string, UpdateStep>;

void complete(Steps& steps, RunningUpdates& running, const history::UpdateCompleted& outcome) {
    auto update = running.extract(outcome.accepted);
    if (update.empty()) return;
    const std::string& id = update.mapped();
    steps[id] = {id, UpdateStage::completed, history::encode_event(outcome)};
}

void break_off(Steps& steps, const RunningUpdates& running, bool goes_on) {
    const std::string outcome =
        store::broken_off(goes_on ? "has gone on as another run before the update's handler had finished"
                                  : "has ended before the update's handler had finished",
                          goes_on);
    for (const auto& [accepted, id] : running) steps[id] = {id, UpdateStage::aborted, outcome};
}

}  // namespace

RunningUpdates running_updates(const replay::Execution& execution) {
    RunningUpdates running;
    for (const replay::PendingUpdate& update : execution.pending_updates()) {
        running.emplace(update.accepted, update.id);
    }
    return running;
}

void add_updates(store::RunCommit& commit, RunningUpdates running, const history::Activation& activation) {
    Steps steps;
    EventId id = activation.first_event;
    for (const history::Event& event : activation.arrived) {
        if (const auto* update = std::get_if<history::UpdateAccepted>(&event)) {
            running.emplace(id, update->id);
            steps[update->id] = {update->id, UpdateStage::accepted};
        }
        id = next(id);
    }
    for (const history::Event& command : activation.commands) {
        if (const auto* outcome = std::get_if<history::UpdateCompleted>(&command))
            complete(steps, running, *outcome);
    }
    if (commit.status != replay::RunStatus::running) break_off(steps, running, commit.continued.has_value());
    for (auto& [update, step] : steps) commit.updates.push_back(std::move(step));
}

UpdateStep turned_down(const history::UpdateAccepted& update, Failure reason) {
    const history::UpdateCompleted outcome{.accepted = EventId{}, .result = {}, .failure = std::move(reason)};
    return {update.id, UpdateStage::rejected, history::encode_event(outcome)};
}

UpdateStep too_late(const history::UpdateAccepted& update, bool goes_on) {
    return {update.id, UpdateStage::aborted,
            store::broken_off(
                goes_on ? "was about to end when the update came" : "has ended before it took the update on",
                goes_on)};
}

}  // namespace durable::worker
