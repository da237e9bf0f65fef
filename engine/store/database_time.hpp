#pragma once

#include <pqxx/pqxx>

#include "engine/workflow/time.hpp"

namespace durable::store {

/// The time of this transaction by the database's clock: the same however often it is asked for.
[[nodiscard]] Timestamp database_time(pqxx::transaction_base& tx);

}  // namespace durable::store
