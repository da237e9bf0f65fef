#pragma once
// Request out, answer in, over a connection that is already open. Part of the client, used on its thread
// only.

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "activities/http/connection.hpp"
#include "activities/http/message.hpp"

namespace callflex::http {

struct AnswerLimits {
    std::size_t header_bytes_max;
    std::uint64_t body_bytes_max;
    bool cut = false;  ///< a longer body is cut there instead of refused
};

/// What is sent: bytes at hand, then those of the source, if there is one.
struct Outgoing {
    std::string bytes;
    std::shared_ptr<BodySource> source;
};

/// What came back over the wire.
struct Answer {
    Problem problem;  ///< none: `response` is complete
    bool sent = false;
    bool reusable = false;  ///< the connection may serve another request
    Response response;
};

/// `sink`, when given, gets the body of a 2xx answer; what it throws comes out of here.
[[nodiscard]] boost::asio::awaitable<Answer> exchange(Connection& connection, Outgoing outgoing,
                                                      AnswerLimits limits,
                                                      std::function<void(std::string_view)> sink,
                                                      std::shared_ptr<Interrupt> interrupt);

}  // namespace callflex::http
