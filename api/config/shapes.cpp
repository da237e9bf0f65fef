#include "api/config/shapes.hpp"

#include <algorithm>
#include <string>

#include "activities/http/public_address.hpp"
#include "activities/http/url.hpp"
#include "activities/webhooks/webhook_config.hpp"

namespace callflex::config {
namespace {

constexpr std::size_t live_key_bytes_min = 32;
constexpr int port_max = 65'535;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

}  // namespace

bool is_listen_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || colon + 1 == text.size()) return false;
    const std::string port{text.substr(colon + 1)};
    return port.size() <= 5 && std::ranges::all_of(port, is_digit) && std::stoi(port) <= port_max;
}

bool is_origin(std::string_view text) {
    try {
        const auto url = http::parse_url(std::string{text});
        return url.target.empty() || url.target == "/";
    } catch (const http::BadUrl&) {
        return false;
    }
}

bool is_url(std::string_view text) {
    try {
        static_cast<void>(http::parse_url(std::string{text}));
        return true;
    } catch (const http::BadUrl&) {
        return false;
    }
}

bool is_long_key(std::string_view text) {
    return text.size() >= live_key_bytes_min;
}

bool is_stripe_secret(std::string_view text) {
    return text.starts_with("whsec_");
}

bool is_header_name(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c == '-' || is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

bool is_network(std::string_view text) {
    return http::Network::parse(text).has_value();
}

bool is_wait(std::string_view text) {
    const auto waits = parse_schedule(text);
    return waits && waits->size() == 1;
}

}  // namespace callflex::config
