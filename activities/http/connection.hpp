#pragma once
// One TCP or TLS connection to one origin. Only the client's thread touches it.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "activities/http/address_guard.hpp"
#include "activities/http/message.hpp"

namespace callflex::http {

/// Certificates checked against the system's authorities (and `extra_ca_file`, PEM, unless ""), TLS 1.2 or
/// newer. Throws std::runtime_error when a file cannot be read.
[[nodiscard]] boost::asio::ssl::context make_tls_context(const std::string& extra_ca_file);

class Connection {
  public:
    using Socket = boost::asio::ip::tcp::socket;
    using TlsStream = boost::asio::ssl::stream<Socket>;

    Connection(boost::asio::io_context& io, boost::asio::ssl::context& tls, bool secure);

    [[nodiscard]] bool secure() const { return secure_; }
    [[nodiscard]] TlsStream& tls() { return stream_; }
    [[nodiscard]] Socket& plain() { return stream_.next_layer(); }

    /// Ends whatever operation is under way. May be called twice.
    void close();
    /// False if the peer has closed it, or has sent something nobody asked for.
    [[nodiscard]] bool usable();

    /// What must live as long as the connection: its place at a busy destination.
    void keep(std::shared_ptr<void> hold) { hold_ = std::move(hold); }

    void mark_idle() { idle_since_ = std::chrono::steady_clock::now(); }
    [[nodiscard]] std::chrono::steady_clock::duration idle_time() const {
        return std::chrono::steady_clock::now() - idle_since_;
    }

  private:
    TlsStream stream_;
    bool secure_;
    std::shared_ptr<void> hold_{};
    std::chrono::steady_clock::time_point idle_since_{};
};

/// Lets a timer or a stop request end an exchange from outside, whatever it is waiting for. Owned by the
/// exchange, used on the client's thread.
class Interrupt {
  public:
    explicit Interrupt(boost::asio::io_context& io) : wake_(io) {}

    /// The first reason stays.
    void raise(Trouble why);
    [[nodiscard]] bool raised() const { return why_ != Trouble::none; }
    [[nodiscard]] Trouble why() const { return why_; }

    void guard(Connection* connection) { connection_ = connection; }
    /// Waited for by what has no socket yet; cancelled by raise.
    [[nodiscard]] boost::asio::steady_timer& wake() { return wake_; }

  private:
    Trouble why_ = Trouble::none;
    Connection* connection_ = nullptr;
    boost::asio::steady_timer wake_;
};

/// What went wrong, if anything.
struct Problem {
    Trouble trouble = Trouble::none;
    std::string reason;

    explicit operator bool() const { return trouble != Trouble::none; }
};

/// Where a connection leads, and how its host's addresses are found and judged.
struct Destination {
    Url url;
    LookUp look_up;                       ///< calls back on the client's thread; empty: the system's
    std::shared_ptr<AddressGuard> guard;  ///< null: every address will do
};

/// Looks the name up, has its addresses judged, connects to one of them, and speaks TLS if the URL says so.
/// Nothing of any request is sent.
[[nodiscard]] boost::asio::awaitable<Problem> open_connection(Connection& connection, Destination destination,
                                                              std::shared_ptr<Interrupt> interrupt);

}  // namespace callflex::http
