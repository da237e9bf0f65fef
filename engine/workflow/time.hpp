#pragma once
// Time as values. The pure rooms never read a clock: every instant comes from the database, by way of an
// activation.

#include <chrono>

namespace durable {

using Duration = std::chrono::microseconds;
/// An instant in UTC, at Postgres' resolution.
using Timestamp = std::chrono::sys_time<std::chrono::microseconds>;

}  // namespace durable
