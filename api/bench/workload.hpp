#pragma once
// The catalogue of `callflex bench`: each workload by its name, and what it is given to be measured with.

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "api/bench/bench.hpp"
#include "api/bench/bench_server.hpp"
#include "api/bench/figures.hpp"

namespace callflex::bench {

/// What a workload is given.
struct Bench {
    BenchServer& server;
    const BenchOptions& options;
    const Say& say;  ///< one line of what is going on
};

struct Workload {
    std::string_view name;
    std::string_view summary;  ///< what is measured, in a sentence without its full stop
    Measured (*measure)(const Bench& bench);
};

/// In the order in which they are run.
[[nodiscard]] std::span<const Workload> catalogue();

// Each below by its own file.
[[nodiscard]] Measured measure_w1(const Bench& bench);
[[nodiscard]] Measured measure_w10(const Bench& bench);
[[nodiscard]] Measured measure_single_runs(const Bench& bench);
[[nodiscard]] Measured measure_ingress_load(const Bench& bench);
[[nodiscard]] Measured measure_calls(const Bench& bench);
[[nodiscard]] Measured measure_fan_out(const Bench& bench);
[[nodiscard]] Measured measure_sleepers(const Bench& bench);
[[nodiscard]] Measured measure_cold_replay(const Bench& bench);
[[nodiscard]] Measured measure_workers(const Bench& bench);
[[nodiscard]] Measured measure_closed(const Bench& bench);
[[nodiscard]] Measured measure_backlog(const Bench& bench);
[[nodiscard]] Measured measure_idle(const Bench& bench);
[[nodiscard]] Measured measure_soak(const Bench& bench);

}  // namespace callflex::bench
