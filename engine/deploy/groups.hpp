#pragma once
// Many broken runs, few causes: breakages that are the same change of code, told once. Pure functions.

#include <string>
#include <vector>

#include "engine/deploy/rehearsal.hpp"

namespace durable::deploy {

struct BreakageGroup {
    Breakage first;                     ///< what all have in common, but for digests, events and ids
    std::vector<RunId> runs;            ///< by id
    std::vector<WorkflowId> workflows;  ///< of the same runs
};
/// The largest first; those of open runs before those of closed ones.
[[nodiscard]] std::vector<BreakageGroup> group(const std::vector<Breakage>& breakages);

/// What every open run of a queue says about one patch.
struct PatchSummary {
    std::string patch;
    std::vector<PatchUse> marked;      ///< go the new way
    std::vector<PatchUse> deprecated;  ///< likewise, and need no call in the code
    std::vector<PatchUse> old_way;     ///< need the old code
    /// The old code may go: patched(id) becomes deprecate_patch(id).
    [[nodiscard]] bool safe_to_deprecate() const { return old_way.empty(); }
    /// No run needs any call: deprecate_patch(id) may go.
    [[nodiscard]] bool safe_to_remove() const { return old_way.empty() && marked.empty(); }
};
[[nodiscard]] std::vector<PatchSummary> summarize(const std::vector<PatchUse>& uses);

}  // namespace durable::deploy
