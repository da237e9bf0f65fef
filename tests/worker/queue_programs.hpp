#pragma once
// Workflows that share a semaphore, and starts in masses that need no client (and so no threads).

#include "engine/store/runs.hpp"
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

/// `count` runs of a type with ids "<prefix>-<n>", in transactions of 1,000.
std::vector<RunId> start_masses(const ::test::Database& database, std::string_view type, int count,
                                const std::string& prefix,
                                const std::function<void(int, store::StartRequest&)>& prepare);
/// None of the engine's invariants is violated.
void must_be_sound(const World& world);

}  // namespace durable::test
