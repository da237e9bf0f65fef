#pragma once
// A batch as statements: which ones it needs, and their parameters. One transaction, one round trip.

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/store/session.hpp"
#include "engine/store/types.hpp"

namespace durable::store {

/// Commits sorted by run id: the order of locks.
using SortedCommits = std::vector<const RunCommit*>;

/// Fenced writes of the commits. `batch` marks the rows, so that a lost reply can be settled. The first one
/// has the time in column 1.
[[nodiscard]] std::vector<Step> commit_steps(WorkerNo worker, std::int64_t batch,
                                             const SortedCommits& commits);
/// Whether these commits have left errands: `rows` are the results of their steps.
[[nodiscard]] bool left_errands(std::span<const Step> steps, std::span<const Rows> rows);

}  // namespace durable::store
