#pragma once
// Runs that sleep until a moment.

#include <chrono>
#include <cstdint>
#include <string>

namespace callflex::bench {

/// Microseconds since 1970 by the database's clock.
[[nodiscard]] std::int64_t database_now(const std::string& url);
/// Starts `count` runs that sleep until `at`.
void start_sleepers(const std::string& url, const std::string& prefix, int count, std::int64_t at);
/// Until so many sleep, or that moment has come: then they were started too late. Returns how many sleep.
std::int64_t wait_until_asleep(const std::string& url, int count, std::int64_t at);

}  // namespace callflex::bench
