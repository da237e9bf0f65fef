#pragma once
// What vendors send of their own accord: status callbacks and webhooks. Plain http, to whatever address the client has
// given; tried again a few times until a 2xx comes back. Used on the sandbox's thread only.

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "api/sandbox/exchange.hpp"

namespace callflex::sandbox {

struct Letter {
    std::string sender;  ///< the vendor, for the log
    std::string url;
    std::string content_type;
    std::string body;
    std::chrono::milliseconds after{0};  ///< not at once
    /// The signature and the like, made anew for each try, since some are bound to their time.
    std::function<Fields()> headers{};
};

/// How vendors hand their letters over; does nothing in a sandbox that sends none.
using PostLetter = std::function<void(Letter)>;

/// Returns at once. What does not get through is told on standard error, without what was in it. The context must
/// outlive its work; letters that are still on their way when it stops are lost.
void post_letter(boost::asio::io_context& io, Letter letter);

}  // namespace callflex::sandbox
