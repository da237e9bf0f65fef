#pragma once
// The workflows that benchmarks run: W1 (one no-op activity) and W10 (ten in sequence), many at once, a sleeper, and
// the no-op itself.

#include <boost/describe.hpp>
#include <cstdint>

#include "engine/worker/activities.hpp"
#include "engine/workflow/activity.hpp"
#include "engine/workflow/registry.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace callflex::bench {

struct Steps {
    std::int32_t count = 0;
};
BOOST_DESCRIBE_STRUCT(Steps, (), (count))

/// A small, honest payload: about as long as an id and a state, there and back.
struct StepInput {
    std::int32_t number = 0;
    std::string text;
};
BOOST_DESCRIBE_STRUCT(StepInput, (), (number, text))

/// Microseconds since 1970 of the database's clock.
struct WakeUp {
    std::int64_t at = 0;
};
BOOST_DESCRIBE_STRUCT(WakeUp, (), (at))

inline constexpr durable::Activity<StepInput, StepInput> no_op{"bench_no_op",
                                                               {.start_to_close = std::chrono::seconds{30}}};
inline constexpr durable::WorkflowType<Steps, Steps> sequence{"bench-sequence"};
/// So many steps, all at once.
inline constexpr durable::WorkflowType<Steps, Steps> fan_out{"bench-fan-out"};
/// Sleeps until that moment and ends.
inline constexpr durable::WorkflowType<WakeUp, WakeUp> sleeper{"bench-sleeper"};

void register_workloads(durable::WorkflowRegistry& workflows, durable::worker::ActivityRegistry& activities);

}  // namespace callflex::bench
