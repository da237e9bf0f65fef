#include "activities/http/message.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace callflex::http {
namespace {

char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

bool token_character(char c) {
    if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
    return std::string_view{"!#$%&'*+-.^_`|~"}.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, token_character);
}

/// Printable ASCII and blanks. Bytes above 127 are refused too: vendors read them in different character
/// sets.
bool value_character(char c) {
    return c == '\t' || (c >= 0x20 && c < 0x7f);
}

bool written_by_client(std::string_view name) {
    constexpr std::array<std::string_view, 5> own{"host", "user-agent", "content-length", "connection",
                                                  "transfer-encoding"};
    return std::ranges::any_of(own, [&](std::string_view o) { return same_header_name(o, name); });
}

void check(const Request& request) {
    if (!is_token(request.method)) throw BadHeader("HTTP method that is not a token");
    const std::string& target = request.url.target;
    if (!target.starts_with('/') || !std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f; }))
        throw BadHeader("request target with a blank or control character, or without its leading '/'");
    for (const Header& header : request.headers) {
        if (!is_token(header.name)) throw BadHeader("header name that is not a token");
        if (written_by_client(header.name))
            throw BadHeader("header " + header.name + " is written by the client");
        if (!std::ranges::all_of(header.value, value_character))
            throw BadHeader("control or non-ASCII character in the value of header " + header.name);
    }
}

template <class Number>
std::optional<Number> number(std::string_view text) {
    Number value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
    return value;
}

std::optional<unsigned> month_number(std::string_view name) {
    constexpr std::string_view months = "JanFebMarAprMayJunJulAugSepOctNovDec";
    const auto at = months.find(name);
    if (name.size() != 3 || at == std::string_view::npos || at % 3 != 0) return std::nullopt;
    return static_cast<unsigned>(at / 3 + 1);
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace

bool same_header_name(std::string_view a, std::string_view b) {
    return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

std::string_view Response::header(std::string_view name) const {
    const auto found =
        std::ranges::find_if(headers, [&](const Header& h) { return same_header_name(h.name, name); });
    return found == headers.end() ? std::string_view{} : std::string_view{found->value};
}

std::string_view to_string(Outcome outcome) {
    constexpr std::array<std::string_view, 4> names{"ok", "permanent", "retryable", "unknown"};
    return names.at(static_cast<std::size_t>(outcome));
}

std::string_view to_string(Trouble trouble) {
    constexpr std::array<std::string_view, 12> names{"none",       "bad_request", "unresolved", "unreachable",
                                                     "tls_failed", "lost",        "timed_out",  "too_large",
                                                     "malformed",  "canceled",    "forbidden",  "busy"};
    return names.at(static_cast<std::size_t>(trouble));
}

Outcome classify_status(int status, bool idempotent) {
    if (status >= 200 && status < 300) return Outcome::ok;
    if (status == 408 || status == 429) return Outcome::retryable;
    if (status >= 500) return idempotent ? Outcome::retryable : Outcome::unknown;
    return Outcome::permanent;
}

Outcome classify_trouble(Trouble trouble, bool sent, bool idempotent) {
    if (trouble == Trouble::bad_request || trouble == Trouble::forbidden) return Outcome::permanent;
    if (!sent || idempotent) return Outcome::retryable;
    return Outcome::unknown;
}

std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text) {
    // "Sat, 21 Nov 2026 10:15:40 GMT"
    constexpr std::size_t zone_at = 26;
    if (text.size() <= zone_at || text.substr(3, 2) != ", ") return std::nullopt;
    const std::string_view zone = text.substr(zone_at);
    if (zone != "GMT" && zone != "+0000" && zone != "UTC") return std::nullopt;
    if (text[7] != ' ' || text[11] != ' ' || text[16] != ' ' || text[19] != ':' || text[22] != ':' ||
        text[25] != ' ')
        return std::nullopt;
    const auto day = number<unsigned>(text.substr(5, 2));
    const auto month = month_number(text.substr(8, 3));
    const auto year = number<int>(text.substr(12, 4));
    const auto hour = number<unsigned>(text.substr(17, 2));
    const auto minute = number<unsigned>(text.substr(20, 2));
    const auto second = number<unsigned>(text.substr(23, 2));
    if (!day || !month || !year || !hour || !minute || !second) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{*month},
                                           std::chrono::day{*day}};
    if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{*hour} + std::chrono::minutes{*minute} +
           std::chrono::seconds{*second};
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value,
                                                           std::chrono::system_clock::time_point now) {
    using std::chrono::milliseconds;
    value = trimmed(value);
    if (value.empty() || value.size() > 64) return std::nullopt;
    if (const auto seconds = number<double>(value)) {
        if (!(*seconds >= 0)) return std::nullopt;
        const double capped = std::min(*seconds * 1000, static_cast<double>(retry_after_max.count()));
        return milliseconds{static_cast<milliseconds::rep>(capped)};
    }
    const auto date = parse_http_date(value);
    if (!date) return std::nullopt;
    const auto delay = std::chrono::duration_cast<milliseconds>(*date - now);
    return std::clamp(delay, milliseconds{0}, retry_after_max);
}

std::string serialize(const Request& request, std::string_view user_agent) {
    check(request);
    std::string out = request.method + " " + request.url.target +
                      " HTTP/1.1\r\nHost: " + request.url.authority() +
                      "\r\nUser-Agent: " + std::string{user_agent} + "\r\n";
    for (const Header& header : request.headers) out += header.name + ": " + header.value + "\r\n";
    const std::uint64_t length = request.source ? request.source->size() : request.body.size();
    const bool has_body =
        length > 0 || request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
    if (has_body) out += "Content-Length: " + std::to_string(length) + "\r\n";
    if (request.guard) out += "Connection: close\r\n";
    out += "\r\n";
    if (!request.source) out += request.body;
    return out;
}

}  // namespace callflex::http
