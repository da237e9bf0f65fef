#pragma once
// Starts runs for workflows of the whole system (activities/start_runs.hpp), over connections of its own.

#include <string>

#include "activities/start_runs.hpp"
#include "engine/payloads/settings.hpp"

namespace callflex {

/// Connects when it is first used. Its calls throw durable::store::StoreUnavailable when the database stays
/// away.
[[nodiscard]] RunStarter run_starter(std::string database_url, durable::payloads::Settings payloads = {});

}  // namespace callflex
