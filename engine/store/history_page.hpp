#pragma once
// A history in pieces: what it costs depends on the piece, neither on the history's length nor on where the
// piece is.

#include <limits>
#include <pqxx/pqxx>
#include <vector>

#include "engine/store/types.hpp"

namespace durable::store {

struct HistoryPage {
    /// Begins with the activation that holds this event; backwards, the newest one by default.
    EventId from{1};
    int activations = 100;  ///< at most
    bool backwards = false;
};
inline constexpr EventId newest_event{std::numeric_limits<std::int32_t>::max()};

/// In the order asked for. Empty: there is nothing there, or no such run.
[[nodiscard]] std::vector<HistoryRow> load_history_page(pqxx::transaction_base& tx, RunId run,
                                                        const HistoryPage& page);

}  // namespace durable::store
