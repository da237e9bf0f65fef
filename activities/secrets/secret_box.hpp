#pragma once
// Encrypts what must not be readable in the database: API keys and signing secrets of organizations.
//
// XChaCha20-Poly1305 (libsodium) with a random nonce in front of the ciphertext. The context (organization,
// vendor, row) is authenticated with it: a ciphertext copied into another row does not open. Keys come from
// CALLFLEX_SECRETS_KEY: 32 bytes in base64, or "<key id>:<base64>", several separated by commas while they
// are rotated; the first one seals, all of them open. The id of a key without one is "default". Thread-safe
// after construction; keys are wiped from memory at the end.

#include <array>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

namespace callflex {

/// The configuration cannot be used, or a ciphertext is not what it should be. Never names key material.
class SecretError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// A secret as it is stored.
struct SealedSecret {
    std::string ciphertext;  ///< nonce, then the sealed bytes
    std::string key_id;      ///< which master key sealed it
};

class SecretBox {
  public:
    /// `keys` is the value of CALLFLEX_SECRETS_KEY. Throws SecretError with what to do.
    explicit SecretBox(std::string_view keys);
    ~SecretBox();
    SecretBox(const SecretBox&) = delete;
    SecretBox& operator=(const SecretBox&) = delete;

    [[nodiscard]] SealedSecret seal(std::string_view plaintext, std::string_view context) const;
    /// Throws SecretError: unknown key id, wrong context, or damaged bytes.
    [[nodiscard]] std::string open(const SealedSecret& sealed, std::string_view context) const;

    /// A new random key as a value for CALLFLEX_SECRETS_KEY.
    [[nodiscard]] static std::string generate_key(std::string_view key_id);
    /// The context of a row of app.organization_secrets.
    [[nodiscard]] static std::string organization_context(std::string_view organization_id,
                                                          std::string_view vendor,
                                                          std::string_view secret_id);

  private:
    using Key = std::array<unsigned char, 32>;
    void add_key(std::string_view entry);

    std::map<std::string, Key, std::less<>> keys_;
    std::string sealing_key_id_;
};

}  // namespace callflex
