#pragma once
// Activations of many runs in the order of time, from pages that were read run by run. No I/O.

#include <cstddef>
#include <utility>
#include <vector>

#include "engine/replay/history.hpp"
#include "engine/workflow/ids.hpp"

namespace durable::client {

/// So many activations of each run are read at a time.
inline constexpr int tail_each = 16;

struct TailPage {
    std::vector<std::pair<RunId, history::Activation>> activations;
    bool more = false;  ///< not everything that had been committed is in it: ask again, from where it ends
};

/// `read`: of each run its next activations in order, at most `each`. By time; those of one run in their order, even
/// if a clock went back. What is later than the end of a run that may have more waits for a later page, so that
/// pages one after another are in order too. (What commits late with an early time comes late.)
[[nodiscard]] TailPage ordered_tail(std::vector<std::pair<RunId, history::Activation>> read,
                                    std::size_t each);

}  // namespace durable::client
