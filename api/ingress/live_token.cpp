#include "api/ingress/live_token.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>

#include "api/ingress/signature.hpp"
#include "api/ingress/text.hpp"

namespace callflex::ingress {

namespace {

std::string mac_of(std::string_view organization_id, std::string_view expires, std::string_view key) {
    return to_hex(hmac_sha256(key, fmt::format("live:{}:{}", organization_id, expires)));
}

}  // namespace

std::string live_token(std::string_view organization_id, LiveClock::time_point expires,
                       std::string_view key) {
    const auto seconds = std::chrono::floor<std::chrono::seconds>(expires).time_since_epoch().count();
    const std::string text = std::to_string(seconds);
    return text + "." + mac_of(organization_id, text, key);
}

bool is_live_token(std::string_view token, std::string_view organization_id, LiveClock::time_point now,
                   std::span<const std::string> keys) {
    const auto dot = token.find('.');
    if (dot == std::string_view::npos) return false;
    const std::string_view expires = token.substr(0, dot);
    const std::string_view given = token.substr(dot + 1);
    bool known = false;
    for (const std::string& key : keys) {
        const std::string mac = mac_of(organization_id, expires, key);
        known |= !key.empty() && mac.size() == given.size() &&
                 CRYPTO_memcmp(mac.data(), given.data(), mac.size()) == 0;
    }
    const auto until = parse_integer(expires);
    return known && until && now < LiveClock::time_point{std::chrono::seconds{*until}};
}

}  // namespace callflex::ingress
