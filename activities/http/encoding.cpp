#include "activities/http/encoding.hpp"

#include <openssl/evp.h>

#include <array>
#include <new>

namespace callflex::http {
namespace {

constexpr std::string_view hex_upper = "0123456789ABCDEF";
constexpr std::string_view hex_lower = "0123456789abcdef";

bool unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

void append_encoded(std::string& out, char c) {
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += hex_upper[byte >> 4U];
    out += hex_upper[byte & 15U];
}

std::string form_component(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (c == ' ') {
            out += '+';
        } else if (unreserved(c) && c != '~') {
            out += c;
        } else {
            append_encoded(out, c);
        }
    }
    return out;
}

EVP_MD_CTX* digest(void* context) {
    return static_cast<EVP_MD_CTX*>(context);
}

}  // namespace

std::string percent_encode(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) {
        if (unreserved(c)) {
            out += c;
        } else {
            append_encoded(out, c);
        }
    }
    return out;
}

std::string form_encode(const Fields& fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
        if (!out.empty()) out += '&';
        out += form_component(name) + '=' + form_component(value);
    }
    return out;
}

std::string base64(std::string_view bytes) {
    std::vector<unsigned char> in(bytes.begin(), bytes.end());
    // EVP_EncodeBlock writes a terminating zero behind the text.
    std::vector<unsigned char> out((bytes.size() + 2) / 3 * 4 + 1);
    const int size = EVP_EncodeBlock(out.data(), in.data(), static_cast<int>(in.size()));
    return {out.begin(), out.begin() + size};
}

std::string basic_authorization(std::string_view user, std::string_view password) {
    return "Basic " + base64(std::string{user} + ':' + std::string{password});
}

Sha256::Sha256() : context_(EVP_MD_CTX_new()) {
    if (context_ == nullptr || EVP_DigestInit_ex(digest(context_), EVP_sha256(), nullptr) != 1)
        throw std::bad_alloc();
}

Sha256::Sha256(Sha256&& other) noexcept : context_(std::exchange(other.context_, nullptr)) {}

Sha256& Sha256::operator=(Sha256&& other) noexcept {
    std::swap(context_, other.context_);
    return *this;
}

Sha256::~Sha256() {
    EVP_MD_CTX_free(digest(context_));
}

void Sha256::update(std::string_view bytes) {
    EVP_DigestUpdate(digest(context_), bytes.data(), bytes.size());
}

std::string Sha256::finish() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    EVP_DigestFinal_ex(digest(context_), bytes.data(), &size);
    std::string out;
    for (unsigned i = 0; i < size; ++i) {
        out += hex_lower[bytes[i] >> 4U];
        out += hex_lower[bytes[i] & 15U];
    }
    return out;
}

std::string sha256_hex(std::string_view bytes) {
    Sha256 hash;
    hash.update(bytes);
    return hash.finish();
}

}  // namespace callflex::http
