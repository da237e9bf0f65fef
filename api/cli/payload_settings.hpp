#pragma once
// What becomes of payloads on their way into the database, by configuration: payloads.keys and
// payloads.limit.

#include "api/cli/session.hpp"
#include "engine/payloads/settings.hpp"

namespace callflex::cli {

/// Throws CommandError when a key or a limit cannot be used.
[[nodiscard]] durable::payloads::Settings payload_settings(const Session& session);

}  // namespace callflex::cli
