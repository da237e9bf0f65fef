#pragma once
// One exchange as values: what to ask, what came of it. Nothing here does I/O.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "activities/http/url.hpp"

namespace callflex::http {

struct Header {
    std::string name;
    std::string value;
};

class AddressGuard;

/// A body that is not in memory: read piece by piece, on the client's thread, while it is sent.
class BodySource {
  public:
    virtual ~BodySource() = default;
    [[nodiscard]] virtual std::uint64_t size() const = 0;
    /// Back to the first byte: a request may be sent a second time. Throws std::system_error.
    virtual void rewind() = 0;
    /// The next bytes, at most `most`; "" only after the last one. Throws std::system_error.
    [[nodiscard]] virtual std::string read(std::size_t most) = 0;
};

/// Host, User-Agent, Content-Length and Connection are added by the client.
struct Request {
    std::string method = "GET";
    Url url;
    std::vector<Header> headers;
    std::string body;
    /// May be repeated without doing harm: by nature, or because it carries the vendor's idempotency key. It
    /// decides whether a lost answer is `retryable` or `unknown`.
    bool idempotent = false;
    /// For the whole exchange: name look-up, connect, TLS, request, answer.
    std::chrono::milliseconds timeout{30'000};
    std::size_t response_bytes_max = std::size_t{1} << 20;
    /// A longer answer is not refused but cut there, and the rest is never read.
    bool cut_long_answers = false;
    /// Instead of `body`.
    std::shared_ptr<BodySource> source{};
    /// Judges the host's addresses, at every attempt; only what it was shown is connected to. A guarded exchange
    /// has a connection of its own.
    std::shared_ptr<AddressGuard> guard{};
};

struct Response {
    int status = 0;
    std::vector<Header> headers;
    std::string body;

    /// First header of that name (any case); "" when absent.
    [[nodiscard]] std::string_view header(std::string_view name) const;
};

/// What the caller may do next. The one question is: may the vendor have done it?
enum class Outcome : std::uint8_t {
    ok,         ///< 2xx
    permanent,  ///< the vendor refused it, or it cannot be asked at all: the same request will fail again
    retryable,  ///< it was not done (never reached the vendor, or the vendor says so), or may be repeated
                ///< safely
    unknown,    ///< it may or may not have been done, and must not be repeated before looking
};

[[nodiscard]] std::string_view to_string(Outcome outcome);

/// Where an exchange that got no answer ended.
enum class Trouble : std::uint8_t {
    none,         ///< there is a response
    bad_request,  ///< a header or target with control characters: refused before anything was sent
    unresolved,   ///< the host name is not known, or the resolver did not answer
    unreachable,  ///< no connection
    tls_failed,   ///< the certificate, host name or handshake was refused: nothing of the request was sent
    lost,         ///< sent, at least partly, and the connection broke before the answer was complete
    timed_out,    ///< the time ran out; `sent` tells whether the request had left
    too_large,    ///< the answer exceeds the caller's limit
    malformed,    ///< the answer is not HTTP as we accept it
    canceled,     ///< the stop token asked for it
    forbidden,    ///< the guard refuses the host's addresses, or the connection led to another one
    busy,         ///< the guard says: not now
};

[[nodiscard]] std::string_view to_string(Trouble trouble);

/// Result of an exchange. `response` is there exactly when `trouble` is none.
struct Result {
    Outcome outcome = Outcome::unknown;
    Trouble trouble = Trouble::none;
    /// False only if not a single byte of the request was handed to the network.
    bool sent = false;
    std::optional<Response> response{};
    /// Retry-After, already relative and capped; empty when the vendor did not say.
    std::optional<std::chrono::milliseconds> retry_after{};
    /// For people: "connect to api.twilio.com: Connection refused". Holds no header, body, path or query.
    std::string reason{};

    [[nodiscard]] bool ok() const { return outcome == Outcome::ok; }
    [[nodiscard]] int status() const { return response ? response->status : 0; }
};

/// The class of an answer by its status alone. Vendors refine it by their own error codes.
///   2xx ok; 408 and 429 retryable (the vendor did not do it); 409 and other 4xx and 3xx permanent;
///   500, 502, 503, 504 retryable if `idempotent`, else unknown; other 5xx the same.
[[nodiscard]] Outcome classify_status(int status, bool idempotent);

/// The class of an exchange that has no answer.
[[nodiscard]] Outcome classify_trouble(Trouble trouble, bool sent, bool idempotent);

inline constexpr std::chrono::milliseconds retry_after_max{std::chrono::hours{1}};

/// Seconds, or an HTTP date (the three forms of RFC 9110 reduced to the one in use, IMF-fixdate) relative to
/// `now`. Never negative, capped at retry_after_max; nullopt if it is neither.
[[nodiscard]] std::optional<std::chrono::milliseconds> parse_retry_after(
    std::string_view value, std::chrono::system_clock::time_point now);

/// "Sat, 21 Nov 2026 10:15:40 GMT", also with "+0000" instead of GMT (RFC 2822 as Twilio writes it).
[[nodiscard]] std::optional<std::chrono::sys_seconds> parse_http_date(std::string_view text);

/// A header or method that would let foreign text write headers of its own.
class BadHeader : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

/// The bytes to send. Throws BadHeader when the method, target, a name or a value holds anything that HTTP
/// does not allow there, or when `headers` names one that the client itself writes.
[[nodiscard]] std::string serialize(const Request& request, std::string_view user_agent);

[[nodiscard]] bool same_header_name(std::string_view a, std::string_view b);

}  // namespace callflex::http
