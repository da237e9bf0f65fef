#include "api/ingress/options.hpp"

#include <fmt/format.h>
#include <algorithm>

#include "api/ingress/text.hpp"

namespace callflex::ingress {

namespace {

std::int64_t integer(std::string_view name, std::string_view text, std::int64_t largest) {
    const auto value = parse_integer(text);
    if (!value || *value > largest) {
        throw std::invalid_argument{
            fmt::format("{} must be a number from 0 to {}, not '{}'", name, largest, text)};
    }
    return *value;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> out;
    while (!text.empty()) {
        const auto comma = text.find(',');
        if (const auto one = text.substr(0, comma); !one.empty()) out.emplace_back(one);
        text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
    }
    return out;
}

void read_listen(const std::string& listen, IngressOptions& options) {
    const auto colon = listen.rfind(':');
    if (colon == std::string::npos || colon == 0) {
        throw std::invalid_argument{
            fmt::format("CALLFLEX_LISTEN must be <address>:<port>, not '{}'", listen)};
    }
    options.address = listen.substr(0, colon);
    if (options.address.front() == '[' && options.address.back() == ']') {
        options.address = options.address.substr(1, options.address.size() - 2);
    }
    options.port =
        static_cast<std::uint16_t>(integer("CALLFLEX_LISTEN's port", listen.substr(colon + 1), 65535));
}

}  // namespace

IngressOptions ingress_options(const std::function<std::optional<std::string>(std::string_view)>& setting) {
    IngressOptions options;
    const auto url = setting("DATABASE_URL");
    if (!url || url->empty()) {
        throw std::invalid_argument{"DATABASE_URL is missing: set it to postgresql://user@host/database"};
    }
    options.database_url = *url;
    if (const auto listen = setting("CALLFLEX_LISTEN")) read_listen(*listen, options);
    options.platform_secrets = split(setting("VAPI_WEBHOOK_SECRET").value_or(""));
    options.public_url = setting("API_URL").value_or("");
    while (options.public_url.ends_with('/')) options.public_url.pop_back();
    options.twilio_auth_tokens = split(setting("TWILIO_AUTH_TOKEN").value_or(""));
    options.stripe_secrets = split(setting("STRIPE_WEBHOOK_SECRET").value_or(""));
    options.live_token_keys = split(setting("LIVE_TOKEN_KEY").value_or(""));
    options.app_url = setting("APP_URL").value_or("");
    options.secrets_key = setting("CALLFLEX_SECRETS_KEY").value_or("");
    if (const auto header = setting("VAPI_SIGNATURE_HEADER"); header && !header->empty()) {
        options.signature.body_header = *header;
        std::ranges::transform(*header, options.signature.body_header.begin(), [](char c) {
            return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        });
    }
    if (const auto rate = setting("CALLFLEX_REQUESTS_PER_MINUTE")) {
        options.requests_per_minute =
            static_cast<int>(integer("CALLFLEX_REQUESTS_PER_MINUTE", *rate, 1'000'000));
    }
    if (const auto rate = setting("CALLFLEX_QUESTIONS_PER_MINUTE")) {
        options.questions_per_minute =
            static_cast<int>(integer("CALLFLEX_QUESTIONS_PER_MINUTE", *rate, 1'000'000));
    }
    if (const auto hosts = setting("VAPI_CONTROL_HOSTS"); hosts && !hosts->empty()) {
        options.control_hosts = split(*hosts);
    }
    return options;
}

}  // namespace callflex::ingress
