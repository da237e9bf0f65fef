#pragma once
// Deleting runs for good, before retention would. Inside the caller's transaction; leaves an audit row, which names
// the batch job if one does it.

#include <optional>
#include <pqxx/pqxx>
#include <string>

#include "engine/store/runs.hpp"

namespace durable::store {

enum class RemoveResult : std::uint8_t {
    removed,
    not_found,
    open,  ///< refused: it has not ended, and was not to be terminated
};
/// The run, its history, and its name if that leads to it. `terminate_first`: an open one is ended before.
/// Other runs of its chain stay.
RemoveResult remove(pqxx::transaction_base& tx, const RunRef& run, bool terminate_first,
                    const std::string& reason, const std::string& identity,
                    const std::optional<Uuid>& batch = {});

}  // namespace durable::store
