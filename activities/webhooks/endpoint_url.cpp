#include "activities/webhooks/endpoint_url.hpp"

#include <idn2.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/address.hpp>

namespace callflex::webhooks {
namespace {

using http::BadUrl;

constexpr std::array<std::uint16_t, 3> ports{443, 8443, 80};
constexpr std::size_t url_bytes_max = 2048;

// Names that never lead to a public server (RFC 6761, 6762, 7686, 8375, and what networks use at home).
constexpr std::array<std::string_view, 12> private_suffixes{
    "localhost", "local", "localdomain", "internal",  "intranet", "private",
    "corp",      "home",  "lan",         "home.arpa", "onion",    "invalid"};

bool blank_or_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f;
}

bool is_address(const std::string& host) {
    boost::system::error_code error;
    static_cast<void>(boost::asio::ip::make_address(host, error));
    return !error;
}

/// In a way that some resolver takes for an address: 0x7f.1, 017700000001, 2130706433, 127.1.
bool ends_in_a_number(std::string_view host) {
    const std::string_view last = host.substr(host.rfind('.') + 1);
    const bool digits = std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
    return digits || last.starts_with("0x");
}

bool has_suffix(std::string_view host, std::string_view suffix) {
    if (host == suffix) return true;
    return host.size() > suffix.size() && host.ends_with(suffix) &&
           host[host.size() - suffix.size() - 1] == '.';
}

bool label_is_fine(std::string_view label) {
    const bool length = !label.empty() && label.size() <= 63;
    const bool edges = length && label.front() != '-' && label.back() != '-';
    return edges && std::ranges::all_of(label, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
           });
}

void check_host(const std::string& host) {
    if (is_address(host) || ends_in_a_number(host))
        throw BadUrl("an address instead of a host name: use a name that your certificate is for");
    if (host.size() > 253) throw BadUrl("a host name of more than 253 characters");
    std::size_t labels = 0;
    for (std::size_t begin = 0; begin <= host.size(); ++labels) {
        const std::size_t end = std::min(host.find('.', begin), host.size());
        if (!label_is_fine(std::string_view{host}.substr(begin, end - begin)))
            throw BadUrl("a host name with an empty, too long or malformed part (no dot at the end)");
        begin = end + 1;
    }
    if (labels < 2) throw BadUrl("a host name without a domain");
    const bool is_private = std::ranges::any_of(
        private_suffixes, [&](std::string_view suffix) { return has_suffix(host, suffix); });
    if (is_private) throw BadUrl("a host name that is reserved for private networks");
}

/// A valid A-label stays; anything else beyond ASCII is mapped and encoded by UTS 46, or refused.
std::string to_ascii(const std::string& host) {
    char* converted = nullptr;
    const int rc =
        idn2_to_ascii_8z(host.c_str(), &converted, IDN2_NONTRANSITIONAL | IDN2_USE_STD3_ASCII_RULES);
    if (rc != IDN2_OK)
        throw BadUrl(std::string{"a host name that is no valid international name: "} + idn2_strerror(rc));
    std::string ascii{converted};
    idn2_free(converted);
    return ascii;
}

/// The text with its host in ASCII, if that is what keeps it from being parsed.
std::string with_ascii_host(std::string_view text) {
    const bool ascii = std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
    if (ascii) return std::string{text};
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) throw BadUrl("URL without http:// or https://");
    const std::size_t begin = scheme_end + 3;
    const std::size_t end = std::min(text.find_first_of("/?#:@\\", begin), text.size());
    return std::string{text.substr(0, begin)} + to_ascii(std::string{text.substr(begin, end - begin)}) +
           std::string{text.substr(end)};
}

}  // namespace

http::Url endpoint_url(std::string_view text, const EndpointUrlRules& rules) {
    if (text.size() > url_bytes_max) throw BadUrl("URL longer than 2048 bytes");
    if (text.find('#') != std::string_view::npos) throw BadUrl("URL with a fragment, which is never sent");
    // Before international names are mapped, which drops some control characters and stops at NUL.
    if (std::ranges::any_of(text, blank_or_control)) throw BadUrl("URL with a blank or control character");
    http::Url url = http::parse_url(with_ascii_host(text));
    if (rules.allow_private) return url;
    if (!url.secure && !rules.allow_http)
        throw BadUrl("http without TLS: use https, or allow http for this endpoint");
    if (std::ranges::find(ports, url.port) == ports.end()) throw BadUrl("a port other than 443, 8443 and 80");
    check_host(url.host);
    if (url.host.find("xn--") != std::string::npos) static_cast<void>(to_ascii(url.host));
    return url;
}

std::string to_text(const http::Url& url) {
    return url.origin() + url.target;
}

}  // namespace callflex::webhooks
