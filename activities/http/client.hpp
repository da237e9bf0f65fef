#pragma once
// The one HTTP client of the program: HTTPS with the certificate and host name checked, connections kept and
// reused, every wait bounded, every answer limited. It follows no redirects and keeps no cookies.
//
// Threads: `send` may be awaited from any executor and any number of coroutines at once; the coroutine
// continues on its own executor. All sockets and the pool are owned by one thread inside the client, so
// nothing is shared.
//
// Errors: none are thrown for what a network or a vendor does; the Result says it (message.hpp).

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>

#include "activities/http/address_guard.hpp"
#include "activities/http/message.hpp"

namespace callflex::http {

struct ClientOptions {
    std::string user_agent = "CallFlex/0.1 (+https://callflex.example)";
    /// PEM file of certification authorities to trust beside the system's; "" for none.
    std::string extra_ca_file{};
    std::chrono::milliseconds connect_timeout{10'000};  ///< name look-up, connect and TLS together
    std::chrono::milliseconds idle_max{20'000};         ///< a connection unused for longer is not used again
    std::size_t idle_connections_per_origin = 16;
    std::size_t response_header_bytes_max = std::size_t{16} << 10;
    /// How names become addresses; empty: by the system's resolver, one look-up after the other.
    LookUp look_up{};
};

/// Takes the pieces of a body as they arrive, on the client's own thread: it may write to a file, but must
/// not wait. What it throws is thrown to the awaiting coroutine.
using BodySink = std::function<void(std::string_view)>;

class Client {
  public:
    /// Throws std::runtime_error when the certificates cannot be loaded.
    explicit Client(ClientOptions options = {});
    /// Cancels what is still under way and joins the thread. The awaiting coroutines must still have an
    /// executor.
    ~Client();
    Client(const Client&) = delete;
    Client& operator=(const Client&) = delete;

    /// The whole exchange. Retried once, on a new connection, only if the reused one turned out to be dead
    /// before a byte of the request was sent.
    [[nodiscard]] boost::asio::awaitable<Result> send(Request request, std::stop_token stop = {});

    /// As `send`, but a 2xx body goes to `sink`, and Response::body stays empty. Bodies of other answers are
    /// kept.
    [[nodiscard]] boost::asio::awaitable<Result> send(Request request, BodySink sink, std::stop_token stop);

    /// For tests and metrics: connections opened since the start.
    [[nodiscard]] std::uint64_t connections_opened() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace callflex::http
