#pragma once
// Statements of transactional activities that are planned once a session, not at every execution: for a short one that
// is most of what it costs.
//
//   durable::exec(tx, sql::count_usage, organization, started_at)     instead of tx.exec_params(...)
//
// Parameters and results are those of exec_params. It plans at every execution where a session may belong to others the
// next moment (a transaction pooler, somebody's own connection): what it does never depends on where it runs.

#include <cstdint>
#include <functional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <utility>

namespace durable {

/// The name of a transaction in a session that is this process' alone: pqxx::work tx{session, durable::planned}. Those
/// that the engine hands to transactional activities have it.
inline constexpr const char* planned = "planned once a session";

namespace detail {

/// The name of a statement in its session, prepared when it runs for the first time. Throws pqxx::argument_error in the
/// case that two statements have one hash.
inline std::string prepared_name(const pqxx::transaction_base& tx, std::string_view statement) {
    std::string name = "durable_" + std::to_string(std::hash<std::string_view>{}(statement));
    tx.conn().prepare(name, std::string{statement});
    return name;
}

}  // namespace detail

/// Runs a statement with these parameters ($1, $2, ...). Throws what exec_params throws.
template <class... Arguments>
pqxx::result exec(pqxx::transaction_base& tx, std::string_view statement, Arguments&&... arguments) {
    if (tx.name() != planned)
        return tx.exec_params(std::string{statement}, std::forward<Arguments>(arguments)...);
    return tx.exec_prepared(detail::prepared_name(tx, statement), std::forward<Arguments>(arguments)...);
}

/// The same for what gives exactly one row: throws pqxx::unexpected_rows otherwise.
template <class... Arguments>
pqxx::row exec1(pqxx::transaction_base& tx, std::string_view statement, Arguments&&... arguments) {
    const pqxx::result rows = exec(tx, statement, std::forward<Arguments>(arguments)...);
    if (rows.size() != 1)
        throw pqxx::unexpected_rows("expected one row, not " + std::to_string(rows.size()) + ", of " +
                                    std::string{statement});
    return rows[0];
}

}  // namespace durable
