#pragma once
// Workflows and activities for the tests of what is done to activities from outside.

#include "tests/worker/world.hpp"

namespace durable::test {

/// Publishes its token and hands itself out; asked to do so by name.
struct Handout {
    std::string name;
    bool holds = false;  ///< waits for "open <name>" before it hands itself out
};
BOOST_DESCRIBE_STRUCT(Handout, (), (name, holds))
inline constexpr Activity<Handout, int> handed_out{
    "handed_out",
    {.schedule_to_close = 1h, .start_to_close = 30min, .initial_interval = 1ms, .maximum_attempts = 3}};
/// The same with signs of life every 10 minutes.
inline constexpr Activity<Handout, int> beaten{
    "beaten", {.start_to_close = 30min, .heartbeat = 10min, .initial_interval = 1ms, .maximum_attempts = 2}};
/// Fails as often as the probe's "stubborn" says; gives its attempt and input.
inline constexpr Activity<int, std::string> stubborn{
    "stubborn",
    {.schedule_to_close = 2h, .start_to_close = 30s, .initial_interval = 1h, .maximum_attempts = 3}};
/// As stubborn, with quick retries.
inline constexpr Activity<int, std::string> quick{
    "quick", {.start_to_close = 30s, .initial_interval = 20ms, .maximum_attempts = 5}};
/// As the gate, from a row (by its priority).
inline constexpr Activity<GateInput, int> row_gate{
    "row_gate",
    {.schedule_to_close = 1h, .start_to_close = 60s, .initial_interval = 10min, .maximum_attempts = 3}};

inline constexpr WorkflowType<Handout, int> asks_outside{"asks_outside"};
inline constexpr WorkflowType<Handout, int> asks_with_beats{"asks_with_beats"};
inline constexpr WorkflowType<int, std::string> tries_stubbornly{"tries_stubbornly"};
/// The same from a row.
inline constexpr WorkflowType<int, std::string> tries_in_rows{"tries_in_rows"};
inline constexpr WorkflowType<int, std::string> tries_locally{"tries_locally"};
inline constexpr WorkflowType<std::string, std::string> row_gated{"row_gated"};

void add_outside_workflows(WorkflowRegistry& registry);
void add_outside_activities(worker::ActivityRegistry& registry, const std::shared_ptr<Probe>& probe);

}  // namespace durable::test
