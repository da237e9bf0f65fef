#include "api/ingress/signature.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <algorithm>
#include <optional>
#include <vector>

#include "api/ingress/text.hpp"

namespace callflex::ingress {

namespace {

using Milliseconds = std::chrono::milliseconds;
using SystemTime = std::chrono::system_clock::time_point;
using Secrets = std::span<const std::string>;

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string sha256(std::string_view text) {
    std::string out(32, '\0');
    unsigned length = 0;
    EVP_Digest(text.data(), text.size(), reinterpret_cast<unsigned char*>(out.data()), &length, EVP_sha256(),
               nullptr);
    return out;
}

std::optional<std::string> from_base64(std::string_view text) {
    if (text.empty() || text.size() % 4 != 0 || text.size() > 4096) return std::nullopt;
    const auto padding = static_cast<std::size_t>(text.ends_with("==") ? 2 : text.ends_with("=") ? 1 : 0);
    std::string out(text.size() / 4 * 3, '\0');
    const int length =
        EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(text.data()), static_cast<int>(text.size()));
    if (length < 0) return std::nullopt;
    out.resize(out.size() - padding);
    return out;
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.empty() || text.size() % 2 != 0) return std::nullopt;
    const auto digit = [](char c) -> int {
        if (c >= '0' && c <= '9') return c - '0';
        if (c >= 'a' && c <= 'f') return c - 'a' + 10;
        if (c >= 'A' && c <= 'F') return c - 'A' + 10;
        return -1;
    };
    std::string out;
    for (std::size_t i = 0; i < text.size(); i += 2) {
        const int high = digit(text[i]);
        const int low = digit(text[i + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        out.push_back(static_cast<char>(high * 16 + low));
    }
    return out;
}

/// In its one spelling only: no blanks around it, and the bits of the last letter that mean nothing are zero.
std::optional<std::string> from_exact_base64(std::string_view text) {
    auto bytes = from_base64(text);
    if (bytes && to_base64(*bytes) != text) return std::nullopt;
    return bytes;
}

/// The MAC in a VAPI hmac header, whichever way it is written.
std::optional<std::string> mac_of(std::string_view header) {
    if (header.starts_with("sha256=")) header.remove_prefix(7);
    if (header.size() == 64) return from_hex(header);
    return from_exact_base64(header);
}

bool made_by_any(Secrets secrets, std::string_view text, std::string_view mac) {
    bool found = false;
    for (const auto& secret : secrets) found |= !secret.empty() && same(hmac_sha256(secret, text), mac);
    return found;
}

/// Standard Webhooks keys are base64, often with "whsec_" in front; a secret that is not base64 is taken as
/// it is.
std::string standard_key(std::string_view secret) {
    if (secret.starts_with("whsec_")) secret.remove_prefix(6);
    return from_base64(secret).value_or(std::string{secret});
}

/// Since 1970. In milliseconds, which hold whatever a stranger writes; the system's nanoseconds end in 2262.
std::optional<Milliseconds> parse_timestamp(std::string_view text) {
    const auto number = parse_integer(text);
    if (!number) return std::nullopt;
    constexpr std::int64_t largest_in_seconds = 100'000'000'000;
    if (*number > largest_in_seconds) return Milliseconds{*number};
    return std::chrono::seconds{*number};
}

Verdict judge(bool authentic, std::string_view timestamp, SystemTime now, const SignatureOptions& options) {
    const auto sent = parse_timestamp(timestamp);
    if (!authentic || !sent) return Verdict::mismatch;
    const auto distance = std::chrono::abs(std::chrono::floor<Milliseconds>(now.time_since_epoch()) - *sent);
    return distance > options.tolerance ? Verdict::stale : Verdict::accepted;
}

Verdict verify_standard(const http::RequestHead& head, std::string_view body, Secrets secrets, SystemTime now,
                        const SignatureOptions& options) {
    const std::string_view id = head.field("webhook-id");
    const std::string_view timestamp = head.field("webhook-timestamp");
    if (id.empty() || timestamp.empty()) return Verdict::not_signed;
    const std::string text = fmt::format("{}.{}.{}", id, timestamp, body);
    std::vector<std::string> expected;
    for (const auto& secret : secrets) {
        const std::string key = standard_key(secret);
        if (!key.empty()) expected.push_back(hmac_sha256(key, text));
    }
    bool authentic = false;
    std::string_view rest = head.field("webhook-signature");
    while (!rest.empty()) {
        const std::string_view one = rest.substr(0, rest.find(' '));
        rest.remove_prefix(std::min(rest.size(), one.size() + 1));
        if (!one.starts_with("v1,")) continue;  // versions that we do not know prove nothing
        const auto mac = from_exact_base64(one.substr(3));
        for (const auto& good : expected) authentic |= mac && same(good, *mac);
    }
    return judge(authentic, timestamp, now, options);
}

Verdict verify_vapi_hmac(const http::RequestHead& head, std::string_view body, Secrets secrets,
                         SystemTime now, const SignatureOptions& options) {
    const auto mac = mac_of(head.field("x-signature"));
    if (!mac) return Verdict::mismatch;
    if (head.count("x-timestamp") == 0) {
        return made_by_any(secrets, body, *mac) ? Verdict::accepted : Verdict::mismatch;
    }
    const std::string_view timestamp = head.field("x-timestamp");
    return judge(made_by_any(secrets, fmt::format("{}.{}", timestamp, body), *mac), timestamp, now, options);
}

Verdict verify_shared_secret(std::string_view given, Secrets secrets) {
    // Hashed first, so that neither content nor length shows in the time it takes.
    const std::string digest = sha256(given);
    bool found = false;
    for (const auto& secret : secrets) found |= !secret.empty() && same(sha256(secret), digest);
    return found ? Verdict::accepted : Verdict::mismatch;
}

}  // namespace

std::string_view name(Verdict verdict) {
    switch (verdict) {
        case Verdict::accepted:
            return "accepted";
        case Verdict::not_signed:
            return "not_signed";
        case Verdict::mismatch:
            return "mismatch";
        case Verdict::stale:
            return "stale";
    }
    return "unknown";
}

Verdict verify(const http::RequestHead& head, std::string_view body, Secrets secrets, SystemTime now,
               const SignatureOptions& options) {
    const std::string_view single[] = {"webhook-id",    "webhook-timestamp", "webhook-signature",
                                       "x-signature",   "x-timestamp",       options.body_header,
                                       "x-vapi-secret", "authorization"};
    for (const auto& field : single) {
        if (head.count(field) > 1) return Verdict::mismatch;  // two programs could pick different ones
    }
    if (head.count("webhook-signature") != 0) return verify_standard(head, body, secrets, now, options);
    if (head.count("x-signature") != 0) return verify_vapi_hmac(head, body, secrets, now, options);
    if (head.count(options.body_header) != 0) {
        const auto mac = mac_of(head.field(options.body_header));
        return mac && made_by_any(secrets, body, *mac) ? Verdict::accepted : Verdict::mismatch;
    }
    if (head.count("x-vapi-secret") != 0) return verify_shared_secret(head.field("x-vapi-secret"), secrets);
    const std::string_view authorization = head.field("authorization");
    if (authorization.starts_with("Bearer ")) return verify_shared_secret(authorization.substr(7), secrets);
    return Verdict::not_signed;
}

http::Fields signature_fields(const http::RequestHead& head, const SignatureOptions& options) {
    const std::string_view kept[] = {"webhook-id",  "webhook-timestamp", "webhook-signature", "x-signature",
                                     "x-timestamp", options.body_header, "content-type",      "user-agent"};
    http::Fields out;
    for (const auto& field : head.fields) {
        if (std::ranges::find(kept, field.first) != std::end(kept)) out.push_back(field);
    }
    return out;
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    std::string out(32, '\0');
    unsigned length = 0;
    HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
         reinterpret_cast<const unsigned char*>(text.data()), text.size(),
         reinterpret_cast<unsigned char*>(out.data()), &length);
    return out;
}

std::string to_hex(std::string_view bytes) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string out;
    out.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto u = static_cast<unsigned char>(c);
        out.push_back(digits[u >> 4U]);
        out.push_back(digits[u & 15U]);
    }
    return out;
}

std::string to_base64(std::string_view bytes) {
    std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
    const int length =
        EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()),
                        reinterpret_cast<const unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    out.resize(static_cast<std::size_t>(length));
    return out;
}

}  // namespace callflex::ingress
