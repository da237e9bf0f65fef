#pragma once
// What a page of a batch job is about: the next items that its filter finds, in the order of run ids and activities.

#include <optional>
#include <pqxx/pqxx>
#include <vector>

#include "engine/store/batch_verbs.hpp"

namespace durable::store {

/// How far a job has come.
struct BatchCursor {
    RunId run{};                        ///< nil: nowhere yet
    std::optional<EventId> activity{};  ///< the last one of this run; none: the run is done with
};

struct BatchItems {
    std::vector<BatchItem> items;
    BatchCursor reached;
    bool last = false;  ///< nothing is behind them
};

/// At most `limit` items behind `cursor`. Locks nothing: by the time an item is acted on it may be gone. Throws
/// search::QueryError if the filter has lost its meaning.
[[nodiscard]] BatchItems next_items(pqxx::transaction_base& tx, const BatchRequest& request,
                                    Timestamp created_at, const BatchCursor& cursor, int limit);

}  // namespace durable::store
