#pragma once
// A request and its answer as the pretended vendors see them.

#include <chrono>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace callflex::sandbox {

using Fields = std::map<std::string, std::string>;

struct Ask {
    std::string method;
    std::string path;  ///< decoded, without query and, for a vendor, without its prefix
    Fields query;      ///< decoded; the last one of a repeated name counts
    Fields headers;    ///< names in lower case
    std::string body{};
    std::string origin;  ///< "http://" and the Host header

    /// "" when absent.
    [[nodiscard]] std::string header(const std::string& name) const;
    [[nodiscard]] std::string parameter(const std::string& name) const;
};

struct Reply {
    enum class Manner : std::uint8_t {
        normal,
        hang_up,  ///< the connection is closed instead of answering
        silence,  ///< nothing is answered, the connection stays open
        drip,     ///< a head, then one byte of a body after the other, for ever
    };
    int status = 200;
    std::string body{};
    std::string content_type = "application/json";
    Fields headers{};
    Manner manner = Manner::normal;
    std::chrono::milliseconds delay{0};
    /// Released when the reply has been written or its connection has ended.
    std::shared_ptr<void> at_end{};
};

[[nodiscard]] Reply json_reply(int status, const nlohmann::json& body);

/// application/x-www-form-urlencoded, or a query. Broken escapes stay as they are.
[[nodiscard]] Fields decode_form(std::string_view text);
[[nodiscard]] std::string percent_decode(std::string_view text, bool plus_is_blank);
/// "" unless the text is base64.
[[nodiscard]] std::string decode_base64(std::string_view text);

/// The bearer token, or "".
[[nodiscard]] std::string bearer_token(const Ask& ask);

/// "2026-11-21T10:15:40Z" and "Sat, 21 Nov 2026 10:15:40 +0000".
[[nodiscard]] std::string iso_time(std::chrono::system_clock::time_point when);
[[nodiscard]] std::string rfc2822_time(std::chrono::system_clock::time_point when);

/// Parsed, or nullptr-like null when the text is no JSON.
[[nodiscard]] nlohmann::json parse_json(const std::string& text);

}  // namespace callflex::sandbox
