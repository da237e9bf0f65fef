#include "activities/webhooks/signing.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>

#include <algorithm>
#include <array>

#include "activities/http/encoding.hpp"

namespace callflex::webhooks {
namespace {

constexpr std::string_view symmetric_mark = "whsec_";
constexpr std::string_view secret_key_mark = "whsk_";
constexpr std::string_view public_key_mark = "whpk_";
constexpr std::size_t symmetric_bytes_min = 24;
constexpr std::size_t symmetric_bytes_max = 64;

const unsigned char* bytes(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void require_sodium() {
    if (sodium_init() < 0) throw SigningError("libsodium could not be initialised: no source of randomness");
}

std::string from_base64(std::string_view text) {
    std::string out(text.size(), '\0');
    std::size_t size = 0;
    const int rc = sodium_base642bin(reinterpret_cast<unsigned char*>(out.data()), out.size(), text.data(),
                                     text.size(), nullptr, &size, nullptr, sodium_base64_VARIANT_ORIGINAL);
    if (rc != 0) throw SigningError("a webhook's secret is not base64");
    out.resize(size);
    return out;
}

std::string key_of(std::string_view secret, std::string_view mark, std::size_t least, std::size_t most) {
    std::string key = from_base64(secret.substr(mark.size()));
    if (key.size() < least || key.size() > most)
        throw SigningError("a webhook's secret has " + std::to_string(key.size()) + " bytes, expected " +
                           std::to_string(least) + " to " + std::to_string(most));
    return key;
}

/// The secret half in libsodium's form. A key of 32 bytes is the seed alone.
std::string ed25519_key(std::string_view secret) {
    require_sodium();
    std::string key = key_of(secret, secret_key_mark, crypto_sign_SEEDBYTES, crypto_sign_SECRETKEYBYTES);
    if (key.size() == crypto_sign_SECRETKEYBYTES) return key;
    if (key.size() != crypto_sign_SEEDBYTES) throw SigningError("an Ed25519 key has 32 or 64 bytes");
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> ignored{};
    std::string pair(crypto_sign_SECRETKEYBYTES, '\0');
    crypto_sign_seed_keypair(ignored.data(), reinterpret_cast<unsigned char*>(pair.data()), bytes(key));
    return pair;
}

std::string hmac(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes(text), text.size(), digest.data(),
             &size) == nullptr)
        throw SigningError("HMAC-SHA256 is not available");
    return {digest.begin(), digest.begin() + size};
}

std::string ed25519(std::string_view key, std::string_view text) {
    std::string signature(crypto_sign_BYTES, '\0');
    crypto_sign_detached(reinterpret_cast<unsigned char*>(signature.data()), nullptr, bytes(text),
                         text.size(), bytes(key));
    return signature;
}

}  // namespace

SecretKind kind_of(std::string_view secret) {
    if (secret.starts_with(symmetric_mark)) return SecretKind::symmetric;
    if (secret.starts_with(secret_key_mark)) return SecretKind::ed25519;
    throw SigningError("a webhook's secret begins neither with whsec_ nor with whsk_");
}

std::string generate_secret(SecretKind kind) {
    require_sodium();
    if (kind == SecretKind::symmetric) {
        std::string key(32, '\0');
        randombytes_buf(key.data(), key.size());
        return std::string{symmetric_mark} + http::base64(key);
    }
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> ignored{};
    std::string key(crypto_sign_SECRETKEYBYTES, '\0');
    crypto_sign_keypair(ignored.data(), reinterpret_cast<unsigned char*>(key.data()));
    return std::string{secret_key_mark} + http::base64(key);
}

std::string public_key(std::string_view secret) {
    if (kind_of(secret) != SecretKind::ed25519) throw SigningError("a symmetric secret has no public half");
    return std::string{public_key_mark} + http::base64(ed25519_key(secret).substr(crypto_sign_SEEDBYTES));
}

std::string sign(std::string_view secret, std::string_view id, std::chrono::sys_seconds timestamp,
                 std::string_view body) {
    if (id.empty() || id.find('.') != std::string_view::npos)
        throw SigningError(
            "a webhook's id must not be empty or hold a dot: the signature would be ambiguous");
    const std::string text = std::string{id} + '.' + std::to_string(timestamp.time_since_epoch().count()) +
                             '.' + std::string{body};
    if (kind_of(secret) == SecretKind::ed25519)
        return "v1a," + http::base64(ed25519(ed25519_key(secret), text));
    const std::string key = key_of(secret, symmetric_mark, symmetric_bytes_min, symmetric_bytes_max);
    return "v1," + http::base64(hmac(key, text));
}

std::string signatures(std::span<const std::string> secrets, std::string_view id,
                       std::chrono::sys_seconds timestamp, std::string_view body) {
    std::string line;
    for (const std::string& secret : secrets) {
        if (!line.empty()) line += ' ';
        line += sign(secret, id, timestamp, body);
    }
    if (line.empty()) throw SigningError("the endpoint has no secret to sign with");
    return line;
}

}  // namespace callflex::webhooks
