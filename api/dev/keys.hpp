#pragma once
// The keys of a `callflex dev`: made up, and worth nothing elsewhere.

#include <filesystem>
#include <string>

namespace callflex {

struct DevKeys {
    /// Encrypts the demo's secrets: kept in <data>/secrets.key (mode 0600), new for an ephemeral cluster.
    std::string secrets_key;
    std::string live_token_key;         ///< LIVE_TOKEN_KEY, new at each start
    std::string stripe_webhook_secret;  ///< "whsec_...", new at each start
};

/// The first of them alone. Throws std::runtime_error when libsodium does not start; likewise the other.
[[nodiscard]] std::string dev_secrets_key(const std::filesystem::path& data, bool ephemeral);
[[nodiscard]] DevKeys dev_keys(const std::filesystem::path& data, bool ephemeral);

}  // namespace callflex
