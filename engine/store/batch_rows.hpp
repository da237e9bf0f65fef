#pragma once
// Rows of batch_jobs, for those who make and those who work off jobs.

#include <pqxx/pqxx>
#include <string>
#include <string_view>

#include "engine/store/batches.hpp"

namespace durable::store {

/// Throws std::runtime_error for a verb that this program does not know.
[[nodiscard]] BatchRequest batch_request(const pqxx::row& row);
/// As the audit trail calls a job.
[[nodiscard]] std::string batch_target(const Uuid& job);
[[nodiscard]] std::string_view name_of(BatchState state);

}  // namespace durable::store
