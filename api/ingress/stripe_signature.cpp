#include "api/ingress/stripe_signature.hpp"

#include <openssl/crypto.h>

#include <optional>
#include <vector>

#include "api/ingress/text.hpp"

namespace callflex::ingress {
namespace {

/// More than Stripe ever sends; a header may be long.
constexpr std::size_t signatures_max = 16;

struct Stamped {
    std::string_view time;  ///< as written: it is part of what is signed
    std::vector<std::string_view> macs;
};

Stamped read(std::string_view header) {
    Stamped stamped;
    while (!header.empty()) {
        const std::string_view part = header.substr(0, header.find(','));
        header.remove_prefix(std::min(header.size(), part.size() + 1));
        const auto equals = part.find('=');
        if (equals == std::string_view::npos) continue;
        const std::string_view name = part.substr(0, equals);
        const std::string_view value = part.substr(equals + 1);
        if (name == "t" && stamped.time.empty()) stamped.time = value;
        if (name == "v1" && stamped.macs.size() < signatures_max) stamped.macs.push_back(value);
    }
    return stamped;
}

bool blank(std::string_view secret) {
    return secret.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

bool same(std::string_view a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

std::string stripe_signature(std::string_view body, std::string_view secret, std::chrono::seconds at) {
    const std::string time = std::to_string(at.count());
    const std::string mac = hmac_sha256(secret, time + "." + std::string{body});
    return "t=" + time + ",v1=" + to_hex(mac);
}

Verdict verify_stripe(std::string_view header, std::string_view body, std::span<const std::string> secrets,
                      std::chrono::system_clock::time_point now, std::chrono::seconds tolerance) {
    const Stamped stamped = read(header);
    const auto time = parse_integer(stamped.time);
    if (!time || stamped.macs.empty()) return Verdict::not_signed;
    std::string text{stamped.time};
    text += '.';
    text += body;
    bool found = false;
    for (const std::string& secret : secrets) {
        if (blank(secret)) continue;
        const std::string wanted = to_hex(hmac_sha256(secret, text));
        for (const std::string_view mac : stamped.macs) found |= same(wanted, mac);
    }
    if (!found) return Verdict::mismatch;
    const auto age =
        std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()) - std::chrono::seconds{*time};
    return age > tolerance || age < -tolerance ? Verdict::stale : Verdict::accepted;
}

}  // namespace callflex::ingress
