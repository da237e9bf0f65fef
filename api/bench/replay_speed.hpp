#pragma once
// Cold replay on one core: rows are decoded, the coroutine runs, every command is compared.

#include <vector>

#include "engine/store/types.hpp"

namespace callflex::bench {

/// Events a second, over about `seconds` of replaying the same W10 history (its start, then `rows`).
[[nodiscard]] double measure_replay(const std::vector<durable::store::HistoryRow>& rows, double seconds);

}  // namespace callflex::bench
