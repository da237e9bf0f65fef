#pragma once
// Encryption of payloads: XChaCha20-Poly1305 (libsodium) under a data key for each tenant, or for each person
// that a tenant's runs are about. Data keys live in engine.payload_keys, wrapped by a master key that the
// database never sees. Who destroys a wrapped data key has erased everything that was encrypted with it.
//
// The nonce of a payload is a keyed hash of its text, so the same text under the same key gives the same
// bytes: a repeated commit writes what it wrote before, and a large payload is stored once. That two payloads
// of one tenant are equal can be seen; nothing else.
//
// Thread-safe after construction. Key material is wiped at the end and never named in an error.

#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "engine/workflow/ids.hpp"

namespace durable::payloads {

/// The configured keys cannot be used. Says what to do.
class KeyError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// 32 secret bytes, wiped at the end.
class SecretKey {
  public:
    using Bytes = std::array<unsigned char, 32>;
    explicit SecretKey(const Bytes& bytes) : bytes_(bytes) {}
    ~SecretKey();
    SecretKey(const SecretKey&) = delete;
    SecretKey& operator=(const SecretKey&) = delete;
    [[nodiscard]] const unsigned char* data() const { return bytes_.data(); }

  private:
    Bytes bytes_;
};

struct DataKey {
    Uuid id;
    std::shared_ptr<const SecretKey> secret;
    std::string subject{};  ///< token of the person whose payloads it seals; "": the tenant's
};

[[nodiscard]] std::string encrypt(const DataKey& key, std::string_view text);
/// Throws DecodeError: damaged, or of another key.
[[nodiscard]] std::string decrypt(const DataKey& key, std::string_view bytes);

/// BLAKE2b, 32 bytes: names a stored payload by its bytes.
[[nodiscard]] std::string digest_of(std::string_view bytes);

/// From the environment: 32 bytes in base64, or "<id>:<base64>", several separated by commas while they are
/// rotated. The first one wraps, all of them unwrap. The id of a key without one is "default".
class MasterKeys {
  public:
    /// `name`: of the setting, for errors. Throws KeyError.
    MasterKeys(std::string_view keys, std::string_view name);

    struct WrappedKey {
        std::string master;  ///< id of the master key
        std::string bytes;
    };
    [[nodiscard]] std::shared_ptr<const SecretKey> generate() const;
    [[nodiscard]] WrappedKey wrap(Uuid id, const SecretKey& key) const;
    /// Null when this master key is not configured here. Throws DecodeError when the bytes are damaged.
    [[nodiscard]] std::shared_ptr<const SecretKey> unwrap(Uuid id, const WrappedKey& wrapped) const;
    [[nodiscard]] const std::string& current() const { return order_.front(); }

    /// A person, as histories and key rows name them: a keyed hash that tells nothing without the master key.
    [[nodiscard]] std::string subject_token(std::string_view person) const;
    /// By every master key there is: how the same person was named before a rotation.
    [[nodiscard]] std::vector<std::string> subject_tokens(std::string_view person) const;

  private:
    std::map<std::string, std::shared_ptr<const SecretKey>, std::less<>> keys_;
    std::vector<std::string> order_;
};

}  // namespace durable::payloads
