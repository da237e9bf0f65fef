#include "activities/http/url.hpp"

#include <algorithm>
#include <charconv>

namespace callflex::http {
namespace {

constexpr std::size_t url_bytes_max = 8192;

bool forbidden_anywhere(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte >= 0x7f || c == '\\' || c == '"' || c == '<' || c == '>';
}

bool host_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_' || c == ':';
}

std::string lower(std::string_view text) {
    std::string result{text};
    std::ranges::transform(result, result.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return result;
}

std::uint16_t parse_port(std::string_view text) {
    unsigned value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || value == 0 || value > 65535)
        throw BadUrl("URL with a port that is not between 1 and 65535");
    return static_cast<std::uint16_t>(value);
}

/// "host", "host:port", "[v6]" or "[v6]:port" into url.host and url.port.
void parse_authority(std::string_view authority, Url& url) {
    if (authority.find('@') != std::string_view::npos)
        throw BadUrl("URL with user information: put it into a header");
    std::string_view host = authority;
    std::string_view port;
    if (authority.starts_with('[')) {
        const auto close = authority.find(']');
        if (close == std::string_view::npos) throw BadUrl("URL with an unclosed [address]");
        host = authority.substr(1, close - 1);
        if (host.find(':') == std::string_view::npos)
            throw BadUrl("URL with [] around what is no IPv6 address");
        const std::string_view rest = authority.substr(close + 1);
        if (!rest.empty() && rest.front() != ':') throw BadUrl("URL with text after its [address]");
        if (!rest.empty()) port = rest.substr(1);
    } else if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
        host = authority.substr(0, colon);
        port = authority.substr(colon + 1);
        if (port.empty()) throw BadUrl("URL with a ':' and no port");
    }
    url.host = lower(host);
    if (url.host.empty() || !std::ranges::all_of(url.host, host_character))
        throw BadUrl("URL without a proper host name");
    if (!port.empty()) url.port = parse_port(port);
}

}  // namespace

std::string Url::authority() const {
    const bool literal_v6 = host.find(':') != std::string::npos;
    const std::string name = literal_v6 ? "[" + host + "]" : host;
    const bool own_port = port == (secure ? 443 : 80);
    return own_port ? name : name + ":" + std::to_string(port);
}

std::string Url::origin() const {
    return (secure ? "https://" : "http://") + authority();
}

Url parse_url(std::string_view text) {
    if (text.size() > url_bytes_max) throw BadUrl("URL longer than 8192 bytes");
    if (std::ranges::any_of(text, forbidden_anywhere))
        throw BadUrl("URL with a blank, control character, or character that must be percent-encoded");
    const auto scheme_end = text.find("://");
    if (scheme_end == std::string_view::npos) throw BadUrl("URL without http:// or https://");
    const std::string scheme = lower(text.substr(0, scheme_end));
    if (scheme != "http" && scheme != "https") throw BadUrl("URL that is neither http:// nor https://");

    Url url;
    url.secure = scheme == "https";
    url.port = url.secure ? 443 : 80;
    std::string_view rest = text.substr(scheme_end + 3);
    rest = rest.substr(0, rest.find('#'));
    const auto target_begin = rest.find_first_of("/?");
    parse_authority(rest.substr(0, target_begin), url);
    if (target_begin == std::string_view::npos) return url;
    url.target = rest.substr(target_begin);
    if (url.target.front() == '?') url.target.insert(0, "/");
    return url;
}

Url join(std::string_view base, std::string_view path) {
    if (!path.starts_with('/')) throw BadUrl("a path to call must begin with '/'");
    while (base.ends_with('/')) base.remove_suffix(1);
    return parse_url(std::string{base} + std::string{path});
}

Url redirect_target(const Url& from, std::string_view location) {
    if (!location.starts_with('/') || location.starts_with("//")) return parse_url(location);
    return join(from.origin(), location);
}

}  // namespace callflex::http
