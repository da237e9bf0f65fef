#include "activities/secrets.hpp"

#include <sodium.h>

#include <algorithm>

namespace callflex {

namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}
unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

}  // namespace

std::string secret_context(std::string_view organization_id, std::string_view vendor) {
    return std::string{organization_id} + "/" + std::string{vendor};
}

SecretBox::SecretBox(std::string_view keys) {
    if (sodium_init() < 0) throw SecretError("libsodium could not start: no source of randomness");
    while (true) {
        const auto comma = std::min(keys.find(','), keys.size());
        keys_.push_back(make_key(keys.substr(0, comma)));
        if (comma == keys.size()) return;
        keys.remove_prefix(comma + 1);
    }
}

SecretBox::Key SecretBox::make_key(std::string_view base64) {
    static_assert(sizeof(Key::bytes) == crypto_aead_xchacha20poly1305_ietf_KEYBYTES);
    Key key;
    std::size_t length = 0;
    const int failed = sodium_base642bin(key.bytes.data(), key.bytes.size(), base64.data(), base64.size(),
                                         " \n", &length, nullptr, sodium_base64_VARIANT_ORIGINAL);
    if (failed != 0 || length != key.bytes.size()) {
        throw SecretError(
            "CALLFLEX_SECRETS_KEY must be base64 of 32 bytes; make one with: openssl rand -base64 32");
    }
    std::array<unsigned char, crypto_generichash_BYTES_MIN> hash{};
    crypto_generichash(hash.data(), hash.size(), key.bytes.data(), key.bytes.size(), nullptr, 0);
    std::array<char, 17> hex{};
    sodium_bin2hex(hex.data(), hex.size(), hash.data(), 8);
    key.id = hex.data();
    return key;
}

std::string SecretBox::seal(std::string_view secret, std::string_view context) const {
    std::string sealed(nonce_bytes + secret.size() + tag_bytes, '\0');
    randombytes_buf(sealed.data(), nonce_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes_of(sealed) + nonce_bytes, nullptr, bytes_of(secret),
                                               secret.size(), bytes_of(context), context.size(), nullptr,
                                               bytes_of(sealed), keys_.front().bytes.data());
    return sealed;
}

std::string SecretBox::open(std::string_view sealed, std::string_view key_id,
                            std::string_view context) const {
    const auto key = std::find_if(keys_.begin(), keys_.end(), [&](const Key& k) { return k.id == key_id; });
    if (key == keys_.end()) {
        throw SecretError(
            "a secret was sealed with key " + std::string{key_id} +
            ", which is not in CALLFLEX_SECRETS_KEY: add it after the current key, separated by a comma");
    }
    if (sealed.size() < nonce_bytes + tag_bytes) throw SecretError("a sealed secret is too short to be one");
    std::string secret(sealed.size() - nonce_bytes - tag_bytes, '\0');
    const int failed = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes_of(secret), nullptr, nullptr, bytes_of(sealed) + nonce_bytes, sealed.size() - nonce_bytes,
        bytes_of(context), context.size(), bytes_of(sealed), key->bytes.data());
    if (failed != 0)
        throw SecretError("a sealed secret was changed, or belongs to something else than " +
                          std::string{context});
    return secret;
}

}  // namespace callflex
