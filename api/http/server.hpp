#pragma once
// The HTTP/1.1 shell around a service: listens, reads requests within limits and deadlines, answers, stops
// gracefully. It knows nothing of routes; a Service decides. Every refusal that has to do with framing closes
// the connection.
//
//   http::Server server{options, service};
//   server.start();          // throws std::runtime_error if the address cannot be bound
//   server.port();           // the real one, if 0 was asked for
//   server.stop(10s);        // from any thread: no new connections, what is in flight is answered, then
//   closed
//
// The Service is called from the server's own threads, several at once for several connections.

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "api/http/limits.hpp"
#include "api/http/message.hpp"

namespace callflex::http::inline server {

/// What the service says after the head, before the body is read.
struct Admission {
    std::optional<Response> refusal;  ///< answered at once; the connection is closed if a body was announced
    std::size_t body_bytes = 0;       ///< else: the most that the body may have
};

class Service {
  public:
    Service() = default;
    Service(const Service&) = delete;
    Service& operator=(const Service&) = delete;
    virtual ~Service() = default;

    [[nodiscard]] virtual Admission admit(const RequestHead& head, const std::string& request_id) = 0;
    /// Runs on the connection's executor. An exception becomes a 500 without its text.
    [[nodiscard]] virtual boost::asio::awaitable<Response> handle(Request request) = 0;
    /// After each answer; `head` is null when the request had none that could be read.
    virtual void answered(const RequestHead* head, const std::string& request_id, unsigned status,
                          std::chrono::microseconds took) = 0;
    virtual void connections_changed(std::size_t open) = 0;
};

struct ServerOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 0;
    int threads = 2;
    Limits limits;
};

class Server {
  public:
    Server(ServerOptions options, Service& service);
    ~Server();  ///< stops without grace
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    void start();
    [[nodiscard]] std::uint16_t port() const;
    void stop(std::chrono::milliseconds grace);
    /// Runs it on a thread of the server, behind what waits there: if it never runs, nobody is served either.
    void post(std::function<void()> work);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace callflex::http::inline server
