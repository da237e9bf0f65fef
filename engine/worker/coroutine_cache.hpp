#pragma once
// Live coroutines of runs that this worker does not hold at the moment, so that a run that comes back soon
// need not be replayed. An entry is right only while the run has as many activations as it had here; anything
// else is thrown away. One owner, no locks.

#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <optional>

#include "engine/replay/execution.hpp"

namespace durable::worker {

class CoroutineCache {
  public:
    CoroutineCache(std::size_t runs_max, std::size_t bytes_max)
        : runs_max_(runs_max), bytes_max_(bytes_max) {}

    /// Evicts the least recently used ones beyond the bounds.
    void put(RunId run, replay::Execution execution);
    /// Takes the entry out; empty if there is none with exactly that many activations.
    [[nodiscard]] std::optional<replay::Execution> take(RunId run, std::int32_t activations);
    void clear();

    [[nodiscard]] std::size_t runs() const { return entries_.size(); }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }

  private:
    struct Entry {
        RunId run;
        replay::Execution execution;
        std::size_t bytes;
    };
    void erase(std::list<Entry>::iterator entry);

    std::size_t runs_max_;
    std::size_t bytes_max_;
    std::size_t bytes_ = 0;
    std::list<Entry> entries_;  ///< most recently used first
    std::map<RunId, std::list<Entry>::iterator> by_run_;
};

}  // namespace durable::worker
