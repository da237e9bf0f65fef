#pragma once
// The statement that notifies, for the sessions that send it.

#include <set>
#include <string>
#include <utility>

#include "engine/store/session.hpp"

namespace durable::store {

/// (channel, payload). A set: what is said twice within a burst is heard once.
using Burst = std::set<std::pair<std::string, std::string>>;

inline constexpr const char* work_channel = "callflex_work";
inline constexpr const char* closed_channel = "callflex_closed";

/// A transaction by itself: its commit holds the notification queue, so it must wait for nothing else.
[[nodiscard]] Step notify_step(const Burst& burst);
/// Tells everybody who waits for the end of a run to look at his own. Which have ended does not fit into a
/// notification's 8,000 bytes under load.
[[nodiscard]] Step closed_step();

}  // namespace durable::store
