#include "activities/webhooks/custom_headers.hpp"

#include <algorithm>
#include <array>

namespace callflex::webhooks {
namespace {

constexpr std::size_t headers_max = 10;
constexpr std::size_t name_bytes_max = 64;
constexpr std::size_t value_bytes_max = 1024;

std::string lower(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

bool name_is_allowed(std::string_view given) {
    constexpr std::array<std::string_view, 4> ours{"x-webhook-", "x-forwarded-", "x-real-", "x-original-"};
    const std::string name = lower(given);
    if (name == "authorization") return true;
    const bool plain = std::ranges::all_of(
        name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; });
    const bool taken =
        std::ranges::any_of(ours, [&](std::string_view prefix) { return name.starts_with(prefix); });
    return plain && !taken && name.starts_with("x-") && name.size() > 2 && name.size() <= name_bytes_max;
}

bool value_is_allowed(std::string_view value) {
    const bool length = !value.empty() && value.size() <= value_bytes_max;
    const bool edges = length && value.front() != ' ' && value.back() != ' ';
    return edges && std::ranges::all_of(value, [](char c) { return c >= 0x20 && c < 0x7f; });
}

}  // namespace

void check_custom_headers(std::span<const http::Header> headers) {
    if (headers.size() > headers_max) throw BadCustomHeader("more than ten headers");
    for (std::size_t i = 0; i < headers.size(); ++i) {
        const http::Header& header = headers[i];
        if (!name_is_allowed(header.name))
            throw BadCustomHeader("a header that may not be added: only Authorization and X-... names");
        if (!value_is_allowed(header.value))
            throw BadCustomHeader("header " + header.name +
                                  ": its value must be 1 to 1,024 printable ASCII characters");
        for (std::size_t j = 0; j < i; ++j) {
            if (http::same_header_name(headers[j].name, header.name))
                throw BadCustomHeader("header " + header.name + " is given twice");
        }
    }
}

http::Header parse_custom_header(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos)
        throw BadCustomHeader("a header without a colon: expected \"Name: value\"");
    std::string_view value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    http::Header header{std::string{line.substr(0, colon)}, std::string{value}};
    check_custom_headers({&header, 1});
    return header;
}

std::string to_text(std::span<const http::Header> headers) {
    check_custom_headers(headers);
    std::string text;
    for (const http::Header& header : headers) text += header.name + ": " + header.value + '\n';
    return text;
}

std::vector<http::Header> custom_headers_from(std::string_view text) {
    std::vector<http::Header> headers;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        headers.push_back(parse_custom_header(text.substr(0, end)));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    check_custom_headers(headers);
    return headers;
}

}  // namespace callflex::webhooks
