#pragma once
// Workflows and activities that have limits and priorities, or give details with their signs of life.

#include "tests/worker/world.hpp"

namespace durable::test {

struct LimitedInput {
    std::string key;
    int concurrency = 0;
    double per_second = 0;
    int times = 1;
    int priority = 3;
};
BOOST_DESCRIBE_STRUCT(LimitedInput, (), (key, concurrency, per_second, times, priority))

/// Stays for some milliseconds, or until the probe has seen "open <key>" if the probe says "closed". Counts
/// "too many" when more than its limit are inside at once in this process.
inline constexpr Activity<LimitedInput, int> visit{"visit", {.start_to_close = 60s, .maximum_attempts = 3}};
/// Notes which place it got: "place of <number>".
inline constexpr Activity<int, int> take_a_place{"take_a_place", {.start_to_close = 30s}};
/// Gives pages 1 to 5 as details and then, on its first attempt, does what the probe says: "fail", or hang.
/// An attempt that was given details answers with them.
inline constexpr Activity<int, int> read_pages{
    "read_pages", {.start_to_close = 60s, .heartbeat = 30s, .initial_interval = 1ms, .maximum_attempts = 3}};

/// Runs `visit` as often as it is told, all at once, under the limit.
inline constexpr WorkflowType<LimitedInput, int> visitor{"visitor"};
/// Runs `take_a_place` with this priority.
inline constexpr WorkflowType<int, int> placed{"placed"};
inline constexpr WorkflowType<int, int> reader{"reader"};
/// Like `sender`, but no more than one at a time.
inline constexpr WorkflowType<int, std::string> limited_sender{"limited_sender"};

void add_limit_workflows(WorkflowRegistry& registry);
void add_limit_activities(worker::ActivityRegistry& registry, const std::shared_ptr<Probe>& probe);

}  // namespace durable::test
