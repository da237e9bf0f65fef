// The Dispatcher's bookkeeping: what it holds, and how that compares with what the database says.

#include <algorithm>

#include "engine/worker/dispatcher.hpp"

namespace durable::worker {

std::size_t Dispatcher::room() const {
    const std::size_t taken = runs_.size() + claiming_;
    return taken >= settings_.runs_held_max ? 0 : settings_.runs_held_max - taken;
}

std::vector<store::HotConnection::Held> Dispatcher::held() const {
    std::vector<store::HotConnection::Held> held;
    for (const auto& [id, run] : runs_) {
        if (run->state == HeldRun::State::waiting) held.push_back({run->run, run->chain, run->inbox_read()});
    }
    return held;
}

std::optional<Timestamp> Dispatcher::next_timer() const {
    if (timers_.empty()) return std::nullopt;
    return timers_.begin()->first;
}

void Dispatcher::compare(const std::vector<std::pair<RunId, store::Fence>>& owned) {
    std::set<std::pair<RunId, store::Fence>> strangers;
    std::set<std::pair<RunId, store::Fence>> missing;
    const std::set<std::pair<RunId, store::Fence>> ours{owned.begin(), owned.end()};
    for (const auto& [id, fence] : ours) {
        if (find(id, fence) == nullptr) strangers.emplace(id, fence);
    }
    for (const auto& [id, run] : runs_) {
        if (!ours.contains({id, run->fence})) missing.emplace(id, run->fence);
    }
    // One comparison may cross a claim or a release on its way: only what is still so at the next one counts.
    for (const auto& stranger : strangers) {
        if (!strangers_.contains(stranger)) continue;
        note(Note::Kind::given_back, stranger.first, "owned by this worker but unknown to it: released");
        releases_.push_back(stranger);
    }
    for (const auto& gone : missing) {
        if (!missing_.contains(gone)) continue;
        note(Note::Kind::lost, gone.first, "held here but not owned by this worker: dropped");
        drop(gone.first);
    }
    strangers_ = std::move(strangers);
    missing_ = std::move(missing);
}

void Dispatcher::note(Note::Kind kind, RunId run, std::string text) {
    notes_.push_back({kind, run, std::move(text)});
}

}  // namespace durable::worker
