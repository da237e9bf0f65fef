#pragma once
// The product's invariants, beside the engine's: `callflex check` prints both. Statements:
// api/sql/check_*.sql.

#include <pqxx/pqxx>
#include <vector>

#include "engine/store/check.hpp"

namespace callflex {

/// One read-only snapshot. Throws pqxx errors. `connection` must not be in a transaction.
[[nodiscard]] std::vector<durable::store::CheckLine> check_business(pqxx::connection& connection);

}  // namespace callflex
