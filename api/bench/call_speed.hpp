#pragma once
// How many calls a second the product processes: reports posted before, then one worker.

#include "api/bench/workload.hpp"

namespace callflex::bench {

/// Calls that were processed to their good end.
[[nodiscard]] std::int64_t ended_calls(const std::string& url);

/// One round, in a database of its own.
[[nodiscard]] double calls_a_second(const Bench& bench, int calls);

}  // namespace callflex::bench
