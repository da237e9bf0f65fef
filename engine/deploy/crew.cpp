#include "engine/deploy/crew.hpp"

#include <algorithm>
#include <utility>

namespace durable::deploy {
namespace {

/// Pages in line for each thread: enough to keep it busy while the next one is read.
constexpr std::size_t pages_each = 2;

template <class T>
void append(std::vector<T>& all, std::vector<T>&& more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

PatchUse use_of(const store::StoredRun& run, std::string patch, PatchUse::Way way) {
    return {std::move(patch), run.run, run.workflow, run.type, way};
}

/// Markers of the history, and patches that the code has been told it lacks.
void add_patches(std::vector<PatchUse>& all, const store::StoredRun& run, const Trial& trial) {
    for (const history::PatchMarked& marker : trial.markers) {
        const auto way = marker.deprecated ? PatchUse::Way::deprecated : PatchUse::Way::marked;
        all.push_back(use_of(run, marker.id, way));
    }
    for (const replay::PatchAnswer& answer : trial.patches) {
        if (!answer.present) all.push_back(use_of(run, answer.id, PatchUse::Way::old_way));
    }
}

}  // namespace

Crew::Crew(const WorkflowRegistry& registry, Timestamp now, int threads) : registry_(registry), now_(now) {
    const auto cores = std::max(1U, std::thread::hardware_concurrency());
    const std::size_t count = threads > 0 ? static_cast<std::size_t>(threads) : cores;
    found_.resize(count);
    for (Found& found : found_) threads_.emplace_back([this, &found] { work(found); });
}

Crew::~Crew() {
    {
        const std::scoped_lock lock{mutex_};
        waiting_.clear();
    }
    stop();
}

void Crew::stop() {
    {
        const std::scoped_lock lock{mutex_};
        ended_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
}

void Crew::replay(Page page) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return trouble_ || waiting_.size() < pages_each * found_.size(); });
    if (trouble_) std::rethrow_exception(trouble_);
    waiting_.push_back(std::move(page));
    changed_.notify_all();
}

Crew::Found Crew::finish() {
    stop();
    if (trouble_) std::rethrow_exception(trouble_);
    Found all;
    for (Found& found : found_) {
        all.events += found.events;
        all.types.merge(found.types);
        all.builds.merge(found.builds);
        append(all.breakages, std::move(found.breakages));
        append(all.patches, std::move(found.patches));
        append(all.unreadable, std::move(found.unreadable));
    }
    return all;
}

bool Crew::next(Page& page) {
    std::unique_lock lock{mutex_};
    changed_.wait(lock, [this] { return ended_ || !waiting_.empty(); });
    if (waiting_.empty()) return false;
    page = std::move(waiting_.front());
    waiting_.pop_front();
    changed_.notify_all();
    return true;
}

void Crew::work(Found& found) {
    try {
        for (Page page; next(page);) {
            for (const store::StoredRun& run : page) take(found, run);
        }
    } catch (...) {
        const std::scoped_lock lock{mutex_};
        trouble_ = std::current_exception();
        waiting_.clear();
        changed_.notify_all();
    }
}

void Crew::take(Found& found, const store::StoredRun& run) const {
    Trial trial = try_run(registry_, run, now_);
    found.events += trial.events;
    found.types.insert(run.type);
    for (std::string& build : trial.builds) found.builds.insert(std::move(build));
    if (run.open) {
        add_patches(found.patches, run, trial);
        if (trial.breakage && trial.breakage->stage == Breakage::Stage::history)
            found.unreadable.push_back(run.run);
    }
    if (trial.breakage) found.breakages.push_back(std::move(*trial.breakage));
}

}  // namespace durable::deploy
