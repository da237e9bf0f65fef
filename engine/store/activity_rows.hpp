#pragma once
// Giving activities rows, as statements of a batch: the limits under which they wait are made known first.

#include <span>
#include <vector>

#include "engine/store/session.hpp"
#include "engine/store/types.hpp"

namespace durable::store {

/// Appends declare_limits.sql (if a row has a limit) and store_activities.sql; nothing without rows. Throws
/// DecodeError if a task is not an encoded ActivityScheduled.
void append_activity_rows(std::vector<Step>& steps, std::span<const ActivityRow* const> rows);

}  // namespace durable::store
