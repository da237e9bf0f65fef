#pragma once
// The floor under W10: how fast this Postgres takes the same history rows and bytes, with one fenced update
// of a live row each, by bare set-based statements of the same batch size on the same number of connections.
// No engine: no claims, no coroutines, no activities, no ends. A ratio against it says what the engine costs.

#include <string>
#include <vector>

#include "engine/store/types.hpp"

namespace callflex::bench {

struct FloorOptions {
    std::string database_url;  ///< a migrated database of its own; rows are left in it
    int runs = 2000;
    int batch = 128;
    int connections = 2;
    /// What one run writes, in order, as read from a real run.
    std::vector<durable::store::HistoryRow> rows;
};

/// History rows a second. Throws store errors.
[[nodiscard]] double measure_floor(const FloorOptions& options);

}  // namespace callflex::bench
