#pragma once
// What the webhook commands share: configuration, the box that seals secrets, and errors as commands tell them.

#include <functional>

#include "activities/secrets/secret_box.hpp"
#include "activities/webhooks/webhook_config.hpp"
#include "api/cli/session.hpp"

namespace callflex::cli {

/// WEBHOOK_*. Throws CommandError with all problems.
[[nodiscard]] WebhookConfig webhook_settings(const Session& session);
/// CALLFLEX_SECRETS_KEY. Throws CommandError when it is missing or unusable.
[[nodiscard]] SecretBox secrets_box(const Session& session);
/// Runs a webhook command; what is not there, or cannot be, becomes a CommandError.
[[nodiscard]] int explained(const std::function<int()>& command);

}  // namespace callflex::cli
