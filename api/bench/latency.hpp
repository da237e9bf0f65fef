#pragma once
// Latency of one W1 on an idle system: from the client's call to the client's sight of the result.

#include <vector>

#include "api/bench/bench_server.hpp"

namespace callflex::bench {

/// Milliseconds of each sample, one after the other.
[[nodiscard]] std::vector<double> measure_latency(BenchServer& server, int samples, bool notifications);

}  // namespace callflex::bench
