#pragma once
// Semaphores as statements: requests and releases in a batch, grants with the errands.

#include <cstdint>
#include <vector>

#include "engine/store/batch_steps.hpp"

namespace durable::store {

/// After the fenced updates; nothing for commits that have none of it.
void append_units(std::vector<Step>& steps, const SortedCommits& commits);

/// Column 0: somebody else holds a semaphore that there are news of.
[[nodiscard]] Step hold_semaphores_step(std::int64_t token);
/// After the former, in the same transaction. Column 0: there may be more to grant.
[[nodiscard]] Step grant_units_step(std::int64_t token);

}  // namespace durable::store
