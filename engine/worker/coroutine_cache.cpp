#include "engine/worker/coroutine_cache.hpp"

#include <utility>

namespace durable::worker {

void CoroutineCache::put(RunId run, replay::Execution execution) {
    const auto known = by_run_.find(run);
    if (known != by_run_.end()) erase(known->second);
    const std::size_t bytes = execution.memory_estimate();
    entries_.push_front(Entry{run, std::move(execution), bytes});
    by_run_[run] = entries_.begin();
    bytes_ += bytes;
    while (!entries_.empty() && (entries_.size() > runs_max_ || bytes_ > bytes_max_)) {
        erase(std::prev(entries_.end()));
    }
}

std::optional<replay::Execution> CoroutineCache::take(RunId run, std::int32_t activations) {
    const auto known = by_run_.find(run);
    if (known == by_run_.end()) return std::nullopt;
    std::optional<replay::Execution> execution;
    if (known->second->execution.activations() == activations) {
        execution.emplace(std::move(known->second->execution));
    }
    erase(known->second);
    return execution;
}

void CoroutineCache::clear() {
    by_run_.clear();
    entries_.clear();
    bytes_ = 0;
}

void CoroutineCache::erase(std::list<Entry>::iterator entry) {
    bytes_ -= entry->bytes;
    by_run_.erase(entry->run);
    entries_.erase(entry);
}

}  // namespace durable::worker
