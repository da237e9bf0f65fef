#pragma once
// What a worker counts. All series begin with durable_worker_; labels are bounded (activity types, outcomes).

#include <prometheus/registry.h>
#include <array>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <tuple>

#include "engine/store/worker_store.hpp"
#include "engine/worker/attempt.hpp"
#include "engine/worker/turn.hpp"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace durable::worker {

/// Thread-safe, as prometheus-cpp's series are.
class Metrics {
  public:
    explicit Metrics(std::shared_ptr<prometheus::Registry> registry);

    void turned(const TurnCounts& counts);
    void batch(std::size_t commits, std::size_t claimed, Duration took);
    void closed(std::size_t runs);
    void attempt_ended(const std::string& type, bool eager, const AttemptOutcome& outcome);
    void swept(int runs_taken_over, int stuck_runs_woken);
    void standing(const store::Standing& standing);
    void state(std::size_t runs_held, std::size_t cached_runs, std::size_t cached_bytes, int free_async,
               int free_transactional);
    void skew(Duration database_minus_local);
    void database_trouble();
    void failed_exports(std::int64_t runs);

  private:
    std::shared_ptr<prometheus::Registry> registry_;  ///< owns the series below
    prometheus::Family<prometheus::Counter>& attempts_;
    std::mutex mutex_;  ///< guards known_attempts_
    std::map<std::tuple<std::string, bool, AttemptOutcome::Kind>, prometheus::Counter*> known_attempts_;
    prometheus::Counter& claimed_;
    prometheus::Counter& closed_;
    std::array<prometheus::Counter*, blocked_kinds.size()> blocked_;  ///< by cause
    prometheus::Counter& activations_;
    prometheus::Counter& replays_;
    prometheus::Counter& replayed_events_;
    prometheus::Counter& rows_written_;
    prometheus::Counter& taken_over_;
    prometheus::Counter& stuck_woken_;
    prometheus::Counter& trouble_;
    prometheus::Counter& failed_exports_;
    prometheus::Histogram& batch_size_;
    prometheus::Histogram& commit_seconds_;
    prometheus::Gauge& held_;
    prometheus::Gauge& cached_runs_;
    prometheus::Gauge& cached_bytes_;
    prometheus::Gauge& free_async_;
    prometheus::Gauge& free_transactional_;
    prometheus::Gauge& skew_;
    prometheus::Gauge& oldest_run_;
    prometheus::Gauge& oldest_activity_;
    prometheus::Gauge& blocked_runs_;
    prometheus::Gauge& missed_times_;
};

}  // namespace durable::worker
