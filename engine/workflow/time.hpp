#pragma once
// Time as values. The pure rooms never read a clock: every instant comes from the database, by way of an
// activation.

#include <chrono>
#include <string>

namespace durable {

using Duration = std::chrono::microseconds;
/// An instant in UTC, at Postgres' resolution.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// "2026-11-21T04:31:05Z", with as many digits of a second as are not zero (none, three or six). Years 0 to
/// 9999.
[[nodiscard]] std::string to_string(Timestamp time);

}  // namespace durable
