#pragma once
// Requests and responses as values, and the one place where a response becomes bytes.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callflex::http::inline server {

/// Name and value of each field, in the order received; names in lower case, values without white space
/// around.
using Fields = std::vector<std::pair<std::string, std::string>>;

/// Request line and fields, checked (strict_head.hpp).
struct RequestHead {
    std::string method;
    std::string path;   ///< origin form, as sent, without the query
    std::string query;  ///< without '?'
    int minor_version = 1;
    bool keep_alive = true;
    bool chunked = false;
    bool expects_continue = false;
    bool has_length = false;
    std::uint64_t content_length = 0;
    Fields fields;

    /// First value of that name (lower case), or "".
    [[nodiscard]] std::string_view field(std::string_view name) const;
    [[nodiscard]] std::size_t count(std::string_view name) const;
};

struct Request {
    RequestHead head;
    std::string body;        ///< raw bytes
    std::string request_id;  ///< also in the answer and in every log line about it
};

struct Response {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    Fields fields;       ///< more header fields
    bool close = false;  ///< the connection ends with this answer
};

[[nodiscard]] Response json(unsigned status, std::string body);
/// RFC 9457: application/problem+json {type, title, status, detail, request_id}.
[[nodiscard]] Response problem(unsigned status, std::string_view detail, std::string_view request_id);
[[nodiscard]] std::string_view reason_phrase(unsigned status);

/// The bytes of a response. Throws std::invalid_argument if a name or value holds a control character, so
/// that no text from outside can add fields or answers of its own.
[[nodiscard]] std::string serialize(const Response& response, std::string_view request_id, bool keep_alive);

}  // namespace callflex::http::inline server
