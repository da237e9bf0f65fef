#pragma once
// Requests and responses as values, and the one place where a response becomes bytes.

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
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

/// Takes the pieces of an answer whose end is not known beforehand. On the connection's executor.
class StreamWriter {
  public:
    virtual ~StreamWriter() = default;
    /// False when the peer has gone, is too slow, or the server stops: then return. An empty piece sends
    /// nothing and only asks.
    [[nodiscard]] virtual boost::asio::awaitable<bool> write(std::string piece) = 0;
};

struct Response {
    unsigned status = 200;
    std::string content_type = "application/json";
    std::string body;
    Fields fields;       ///< more header fields
    bool close = false;  ///< the connection ends with this answer
    /// If set, it is called after the head and gives the body; `body` is not sent then, and the connection
    /// ends with it.
    std::function<boost::asio::awaitable<void>(StreamWriter&)> stream;
};

[[nodiscard]] Response json(unsigned status, std::string body);
/// RFC 9457: application/problem+json {type, title, status, detail, request_id}.
[[nodiscard]] Response problem(unsigned status, std::string_view detail, std::string_view request_id);
[[nodiscard]] std::string_view reason_phrase(unsigned status);

/// The bytes of a response. Throws std::invalid_argument if a name or value holds a control character, so
/// that no text from outside can add fields or answers of its own.
[[nodiscard]] std::string serialize(const Response& response, std::string_view request_id, bool keep_alive);

}  // namespace callflex::http::inline server
