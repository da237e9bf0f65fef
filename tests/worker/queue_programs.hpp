#pragma once
// Workflows that share a semaphore.

#include "tests/worker/limit_programs.hpp"

namespace durable::test {

/// Holds one unit of the semaphore `key` (first capacity: `concurrency`) while it runs `visit`, `times` times
/// in a row.
inline constexpr WorkflowType<LimitedInput, int> guarded{"guarded"};
/// Holds a unit, continues as new until its input is 0, and returns.
inline constexpr WorkflowType<int, int> renewing{"renewing"};

/// Runs `visit`, `times` times in a row, without any limit.
inline constexpr WorkflowType<LimitedInput, int> browser{"browser"};

void add_queue_workflows(WorkflowRegistry& registry);

}  // namespace durable::test
