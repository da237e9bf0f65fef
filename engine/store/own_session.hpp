#pragma once
// Sessions of libpqxx that are this process' alone, in which what is set and prepared stays. Behind a pooler each
// transaction may be served by another session, and what one leaves there the next one finds.

#include <chrono>
#include <pqxx/pqxx>

namespace durable::store {

/// Of a fresh connection: true if its session is its own. Then look-ups in it are planned once, as it is done for the
/// hot path, and never read whole tables: their plans may be older than what the tables hold. Throws what libpqxx
/// throws.
[[nodiscard]] bool make_own(pqxx::connection& connection);
/// In such a session: this transaction's statements are for people, each planned for itself, whole tables included, and
/// cancelled by the server (SQLSTATE 57014) when it takes longer than that.
void plan_freely(pqxx::transaction_base& tx, std::chrono::milliseconds time_limit);

}  // namespace durable::store
