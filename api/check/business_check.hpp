#pragma once
// The product's invariants, beside the engine's: `callflex check` prints both. Statements:
// api/sql/check_*.sql.

#include <pqxx/pqxx>
#include <vector>

#include "engine/store/check.hpp"

namespace callflex {

/// What there is to look at, in the order of its numbers: the engine's checks and the product's.
[[nodiscard]] std::vector<durable::store::CheckLine> known_checks();

/// Engine and product in one read-only snapshot, in the order of their numbers. Throws pqxx errors. `connection` must
/// not be in a transaction.
[[nodiscard]] std::vector<durable::store::CheckLine> check_everything(
    pqxx::connection& connection, const durable::store::CheckOptions& options = {});

}  // namespace callflex
