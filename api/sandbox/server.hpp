#pragma once
// A small HTTP/1.1 server for the sandbox: keep-alive, bounded requests, and replies that are late, missing
// or cut off on purpose. Everything runs on the thread of its io_context.

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <functional>
#include <memory>
#include <string>

#include "api/sandbox/exchange.hpp"

namespace callflex::sandbox {

class Server {
  public:
    using Handler = std::function<Reply(const Ask&)>;

    /// Throws std::runtime_error when the address cannot be bound. `handler` is called on the io_context's
    /// thread.
    Server(boost::asio::io_context& io, const std::string& address, int port, Handler handler);

    /// Begins to accept.
    void start();
    [[nodiscard]] int port() const;

  private:
    boost::asio::ip::tcp::acceptor acceptor_;
    std::shared_ptr<const Handler> handler_;
};

}  // namespace callflex::sandbox
