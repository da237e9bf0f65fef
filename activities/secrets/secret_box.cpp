#include "activities/secrets/secret_box.hpp"

#include <fmt/format.h>
#include <sodium.h>

namespace callflex {

namespace {

constexpr std::size_t nonce_bytes = crypto_aead_xchacha20poly1305_ietf_NPUBBYTES;
constexpr std::size_t tag_bytes = crypto_aead_xchacha20poly1305_ietf_ABYTES;

unsigned char* bytes(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}
const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void require_sodium() {
    if (sodium_init() < 0) throw SecretError{"libsodium could not be initialised: no source of randomness"};
}

}  // namespace

SecretBox::SecretBox(std::string_view keys) {
    require_sodium();
    while (!keys.empty()) {
        const auto comma = keys.find(',');
        add_key(keys.substr(0, comma));
        keys = comma == std::string_view::npos ? std::string_view{} : keys.substr(comma + 1);
    }
    if (keys_.empty()) throw SecretError{"CALLFLEX_SECRETS_KEY is empty: expected 32 bytes in base64"};
}

SecretBox::~SecretBox() {
    for (auto& [id, key] : keys_) sodium_memzero(key.data(), key.size());
}

void SecretBox::add_key(std::string_view entry) {
    const auto colon = entry.find(':');
    const std::string id{colon == std::string_view::npos ? "default" : entry.substr(0, colon)};
    const std::string_view text = colon == std::string_view::npos ? entry : entry.substr(colon + 1);
    Key key{};
    std::size_t length = 0;
    const int rc = sodium_base642bin(key.data(), key.size(), text.data(), text.size(), "\r\n ", &length,
                                     nullptr, sodium_base64_VARIANT_ORIGINAL);
    if (rc != 0 || length != key.size()) {
        throw SecretError{
            fmt::format("CALLFLEX_SECRETS_KEY: key '{}' must be exactly 32 bytes in base64", id)};
    }
    if (!keys_.emplace(id, key).second) {
        throw SecretError{fmt::format("CALLFLEX_SECRETS_KEY: key id '{}' is given twice", id)};
    }
    if (sealing_key_id_.empty()) sealing_key_id_ = id;
}

SealedSecret SecretBox::seal(std::string_view plaintext, std::string_view context) const {
    const Key& key = keys_.at(sealing_key_id_);
    std::string out(nonce_bytes + plaintext.size() + tag_bytes, '\0');
    randombytes_buf(out.data(), nonce_bytes);
    crypto_aead_xchacha20poly1305_ietf_encrypt(bytes(out) + nonce_bytes, nullptr, bytes(plaintext),
                                               plaintext.size(), bytes(context), context.size(), nullptr,
                                               bytes(out), key.data());
    return {std::move(out), sealing_key_id_};
}

std::string SecretBox::open(const SealedSecret& sealed, std::string_view context) const {
    const auto key = keys_.find(sealed.key_id);
    if (key == keys_.end()) {
        throw SecretError{
            fmt::format("sealed with key '{}', which CALLFLEX_SECRETS_KEY does not hold", sealed.key_id)};
    }
    const std::string_view in = sealed.ciphertext;
    if (in.size() < nonce_bytes + tag_bytes) throw SecretError{"the stored secret is too short to be one"};
    std::string out(in.size() - nonce_bytes - tag_bytes, '\0');
    const int rc = crypto_aead_xchacha20poly1305_ietf_decrypt(
        bytes(out), nullptr, nullptr, bytes(in) + nonce_bytes, in.size() - nonce_bytes, bytes(context),
        context.size(), bytes(in), key->second.data());
    if (rc != 0) throw SecretError{"the stored secret does not open: damaged, or copied from another row"};
    return out;
}

std::string SecretBox::generate_key(std::string_view key_id) {
    require_sodium();
    Key key{};
    randombytes_buf(key.data(), key.size());
    std::string text(sodium_base64_ENCODED_LEN(32, sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), key.data(), key.size(), sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(key.data(), key.size());
    text.pop_back();
    return fmt::format("{}:{}", key_id, text);
}

std::string SecretBox::organization_context(std::string_view organization_id, std::string_view vendor,
                                            std::string_view secret_id) {
    return fmt::format("app.organization_secrets/{}/{}/{}", organization_id, vendor, secret_id);
}

}  // namespace callflex
