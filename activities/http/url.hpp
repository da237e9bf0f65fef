#pragma once
// Where a request goes. Values; free of I/O.

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace callflex::http {

/// The text is not an URL we are willing to call. The message names the problem, never the query (it may hold
/// tokens).
class BadUrl : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

/// scheme "http" or "https", host lower case without brackets, target beginning with '/', query included. No
/// user information, no fragment, no control characters, no blanks: parse_url refuses them.
struct Url {
    bool secure = true;
    std::string host;
    std::uint16_t port = 443;
    std::string target = "/";

    bool operator==(const Url&) const = default;
    /// "https://host:port", the port left out when it is the scheme's own: what a pool and a redirect
    /// compare.
    [[nodiscard]] std::string origin() const;
    /// Value of the Host header.
    [[nodiscard]] std::string authority() const;
};

/// Throws BadUrl.
[[nodiscard]] Url parse_url(std::string_view text);

/// `base` (which may have a path, "http://127.0.0.1:8081/twilio") and a path that begins with '/'. Throws
/// BadUrl.
[[nodiscard]] Url join(std::string_view base, std::string_view path);

/// The target of a Location header: absolute, or a path on the same origin. Throws BadUrl.
[[nodiscard]] Url redirect_target(const Url& from, std::string_view location);

}  // namespace callflex::http
