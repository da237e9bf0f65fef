#pragma once
// Throughput: runs are started as a webhook starts them (in transactions of the client's), then one worker
// drains them.

#include <chrono>
#include <vector>

#include "api/bench/bench_server.hpp"
#include "engine/store/types.hpp"

namespace callflex::bench {

struct DrainResult {
    double enqueued_per_second = 0;
    double seconds = 0;  ///< from the worker's start to the last run's end
    double workflows_per_second = 0;
    double steps_per_second = 0;
    double wal_bytes_per_step = 0;
    double runs_per_batch = 0;  ///< average of the worker's commits
    std::chrono::milliseconds server_cpu{0};
    std::chrono::milliseconds worker_cpu{0};
    /// What the last run wrote after its start, for the floor and for replay.
    std::vector<durable::store::HistoryRow> rows;
};

/// `runs` runs of `steps` sequential no-op activities each.
[[nodiscard]] DrainResult measure_drain(BenchServer& server, int runs, int steps);

}  // namespace callflex::bench
