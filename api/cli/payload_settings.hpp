#pragma once
// What becomes of payloads on their way into the database, from the environment: CALLFLEX_PAYLOAD_KEYS, and
// the limits.

#include "engine/payloads/settings.hpp"

namespace callflex::cli {

/// Throws CommandError when a key or a limit cannot be used.
[[nodiscard]] durable::payloads::Settings payload_settings();

}  // namespace callflex::cli
