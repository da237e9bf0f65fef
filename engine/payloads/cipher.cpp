#include "engine/payloads/cipher.hpp"

#include <fmt/format.h>
#include <sodium.h>

#include "engine/payloads/wire.hpp"
#include "engine/workflow/json_reader.hpp"

namespace durable::payloads {
namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;
constexpr std::size_t digest_bytes = 32;
constexpr std::size_t subject_bytes = 16;

unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void require_sodium() {
    if (sodium_init() < 0) throw KeyError{"libsodium could not be initialised: no source of randomness"};
}

/// A hash under a key that belongs to one purpose: encryption, nonces and names must not share one.
std::string keyed_hash(const SecretKey& key, std::string_view purpose, std::string_view text,
                       std::size_t length) {
    SecretKey::Bytes derived{};
    crypto_generichash(derived.data(), derived.size(), bytes(purpose), purpose.size(), key.data(), 32);
    std::string hash(length, '\0');
    crypto_generichash(bytes(hash), length, bytes(text), text.size(), derived.data(), derived.size());
    sodium_memzero(derived.data(), derived.size());
    return hash;
}

std::string seal(const SecretKey& key, std::string_view text, std::string_view context) {
    std::string out = keyed_hash(key, "nonce", text, nonce_bytes);
    out.resize(nonce_bytes + text.size() + tag_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(out) + nonce_bytes, nullptr, bytes(text), text.size(),
                                               bytes(context), context.size(), nullptr, bytes(out),
                                               key.data());
    return out;
}

std::string open(const SecretKey& key, std::string_view in, std::string_view context) {
    if (in.size() < nonce_bytes + tag_bytes) throw DecodeError("payload", "it is too short to be encrypted");
    std::string out(in.size() - nonce_bytes - tag_bytes, '\0');
    const int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes(out), nullptr, nullptr, bytes(in) + nonce_bytes, in.size() - nonce_bytes, bytes(context),
        context.size(), bytes(in), key.data());
    if (rc != 0) throw DecodeError("payload", "it does not decrypt: damaged, or of another key");
    return out;
}

SecretKey::Bytes key_bytes(std::string_view text, std::string_view setting, std::string_view id) {
    SecretKey::Bytes key{};
    std::size_t length = 0;
    const int rc = sodium_base642bin(key.data(), key.size(), text.data(), text.size(), "\r\n ", &length,
                                     nullptr, sodium_base64_VARIANT_ORIGINAL);
    if (rc != 0 || length != key.size()) {
        throw KeyError{fmt::format(
            "{}: key '{}' must be exactly 32 bytes in base64 (openssl rand -base64 32)", setting, id)};
    }
    return key;
}

}  // namespace

SecretKey::~SecretKey() {
    sodium_memzero(bytes_.data(), bytes_.size());
}

std::string encrypt(const DataKey& key, std::string_view text) {
    return seal(*key.secret, text, key.id.to_string());
}

std::string decrypt(const DataKey& key, std::string_view in) {
    return open(*key.secret, in, key.id.to_string());
}

std::string digest_of(std::string_view text) {
    std::string digest(digest_bytes, '\0');
    crypto_generichash(bytes(digest), digest.size(), bytes(text), text.size(), nullptr, 0);
    return digest;
}

MasterKeys::MasterKeys(std::string_view keys, std::string_view name) {
    require_sodium();
    while (!keys.empty()) {
        const auto comma = keys.find(',');
        const std::string_view entry = keys.substr(0, comma);
        keys = comma == std::string_view::npos ? std::string_view{} : keys.substr(comma + 1);
        const auto colon = entry.find(':');
        const std::string id{colon == std::string_view::npos ? "default" : entry.substr(0, colon)};
        const auto text = colon == std::string_view::npos ? entry : entry.substr(colon + 1);
        auto key = std::make_shared<const SecretKey>(key_bytes(text, name, id));
        if (!keys_.emplace(id, std::move(key)).second) {
            throw KeyError{fmt::format("{}: key id '{}' is given twice", name, id)};
        }
        order_.push_back(id);
    }
    if (order_.empty()) throw KeyError{fmt::format("{} is empty: expected 32 bytes in base64", name)};
}

std::shared_ptr<const SecretKey> MasterKeys::generate() const {
    SecretKey::Bytes fresh{};
    randombytes_buf(fresh.data(), fresh.size());
    auto key = std::make_shared<const SecretKey>(fresh);
    sodium_memzero(fresh.data(), fresh.size());
    return key;
}

MasterKeys::WrappedKey MasterKeys::wrap(Uuid id, const SecretKey& key) const {
    const std::string_view text{reinterpret_cast<const char*>(key.data()), SecretKey::Bytes{}.size()};
    return {current(), seal(*keys_.at(current()), text, id.to_string())};
}

std::shared_ptr<const SecretKey> MasterKeys::unwrap(Uuid id, const WrappedKey& wrapped) const {
    const auto master = keys_.find(wrapped.master);
    if (master == keys_.end()) return nullptr;
    std::string text = open(*master->second, wrapped.bytes, id.to_string());
    SecretKey::Bytes key{};
    if (text.size() != key.size()) throw DecodeError("data key", "it has not 32 bytes");
    std::copy(text.begin(), text.end(), key.begin());
    auto secret = std::make_shared<const SecretKey>(key);
    sodium_memzero(key.data(), key.size());
    sodium_memzero(text.data(), text.size());
    return secret;
}

std::string MasterKeys::subject_token(std::string_view person) const {
    return to_hex(keyed_hash(*keys_.at(current()), "subject", person, subject_bytes));
}

std::vector<std::string> MasterKeys::subject_tokens(std::string_view person) const {
    std::vector<std::string> tokens;
    for (const std::string& id : order_) {
        tokens.push_back(to_hex(keyed_hash(*keys_.at(id), "subject", person, subject_bytes)));
    }
    return tokens;
}

}  // namespace durable::payloads
