#pragma once
// Workflows whose result says what has reached them, for tests that count what was acknowledged. Beside the product's,
// in the workers of tests/faults.

#include "engine/workflow/registry.hpp"
#include "engine/workflow/workflow.hpp"

namespace test {

/// Receives `count` signals and gives their sum: of 1..count, each once, it is known.
inline constexpr durable::WorkflowType<int, int> tally{"tally"};
inline constexpr durable::Signal<int> tally_mark{"mark"};
/// Sleeps for so many milliseconds, twice.
inline constexpr durable::WorkflowType<int, int> nap{"nap"};

void register_tallies(durable::WorkflowRegistry& registry);

}  // namespace test
