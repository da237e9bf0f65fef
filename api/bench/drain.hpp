#pragma once
// Throughput: runs are started as a webhook starts them (in transactions of the client's), then workers drain them.

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "api/bench/bench_server.hpp"
#include "engine/store/types.hpp"

namespace callflex::bench {

struct DrainOptions {
    int runs = 0;
    int steps = 1;  ///< sequential no-op activities of each
    int workers = 1;
    /// Measured until so many runs are closed, with the others still queued; 0: all of them.
    int until = 0;
};

struct DrainResult {
    double enqueued_per_second = 0;
    double seconds = 0;  ///< from the workers' start to the last run's end
    double workflows_per_second = 0;
    double steps_per_second = 0;
    double wal_bytes_per_step = 0;
    double wal_records_per_step = 0;
    double wal_full_pages_per_step = 0;  ///< first touches since a checkpoint: chance, and in the bytes
    double disk_bytes_per_step = 0;      ///< tables and indexes, starts included
    double buffers_per_run = 0;          ///< pages that statements looked at: no stopwatch, hardly any noise
    double runs_per_batch = 0;           ///< average of the workers' commits
    std::chrono::milliseconds server_cpu{0};
    std::chrono::milliseconds worker_cpu{0};
    /// What the last run wrote after its start, for the floor and for replay. Of a whole drain only.
    std::vector<durable::store::HistoryRow> rows;
};

/// In a database of its own.
[[nodiscard]] DrainResult measure_drain(BenchServer& server, const DrainOptions& options);
/// In one that is there already, beside what it holds. `prefix` begins the workflow ids and was not used there before.
[[nodiscard]] DrainResult measure_drain(BenchServer& server, const BenchDatabase& database,
                                        const std::string& prefix, const DrainOptions& options);

/// Several measurements of the same thing.
struct Rounds {
    std::vector<DrainResult> drains;

    [[nodiscard]] double median_of(double DrainResult::* member) const;
    /// Of one core.
    [[nodiscard]] double cores(std::chrono::milliseconds DrainResult::* member) const;
};

/// Waits until no run is open. Throws std::runtime_error when that takes half an hour.
void wait_until_drained(const std::string& url);

}  // namespace callflex::bench
