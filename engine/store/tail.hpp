#pragma once
// What has been added to the histories of many runs, for those who watch them. Inside a caller's
// transaction, as in runs.hpp.

#include <map>
#include <pqxx/pqxx>
#include <utility>
#include <vector>

#include "engine/store/types.hpp"

namespace durable::store {

/// Where each run's history goes on.
using Positions = std::map<RunId, EventId>;

/// Of runs that have a history.
Positions history_ends(pqxx::transaction_base& tx, const std::vector<RunId>& runs);
/// Activations from the positions on, by run and event; of each run the next `each`, so that none holds up
/// another.
std::vector<std::pair<RunId, HistoryRow>> tail(pqxx::transaction_base& tx, const Positions& from,
                                               std::int32_t each);

}  // namespace durable::store
