#pragma once
// Secrets at rest: signing secrets and keys of organizations, sealed with libsodium (XChaCha20-Poly1305)
// before they reach the database. Rows keep the ciphertext (nonce first) and the id of the master key beside
// it, so that keys can be rotated row by row. Thread-safe once made.
//
//   SecretBox box{config.secrets_key};             // CALLFLEX_SECRETS_KEY
//   row.ciphertext = box.seal("whsec...", secret_context(organization_id, "vapi"));

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace callflex {

/// A malformed master key, a key that is not among ours, or a ciphertext that was changed or belongs
/// elsewhere.
class SecretError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What a sealed secret is bound to: moved to another organization or vendor, it no longer opens.
[[nodiscard]] std::string secret_context(std::string_view organization_id, std::string_view vendor);

class SecretBox {
  public:
    /// One or more keys, separated by commas: base64 (standard alphabet) of 32 bytes each. The first one
    /// seals, all of them open. Throws SecretError.
    explicit SecretBox(std::string_view keys);

    /// Raw bytes: nonce, then ciphertext.
    [[nodiscard]] std::string seal(std::string_view secret, std::string_view context) const;
    /// `key_id` as it was when the secret was sealed. Throws SecretError.
    [[nodiscard]] std::string open(std::string_view sealed, std::string_view key_id,
                                   std::string_view context) const;
    /// Of the key that seals: 16 hexadecimal digits that tell nothing about the key.
    [[nodiscard]] const std::string& key_id() const { return keys_.front().id; }

  private:
    struct Key {
        std::string id;
        std::array<unsigned char, 32> bytes;
    };
    static Key make_key(std::string_view base64);

    std::vector<Key> keys_;
};

}  // namespace callflex
