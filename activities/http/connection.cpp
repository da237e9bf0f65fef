#include "activities/http/connection.hpp"

#include <openssl/ssl.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <vector>

namespace callflex::http {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);

using Endpoints = std::vector<tcp::endpoint>;

/// A look-up under way. Held by its own handler, because the system's resolver cannot be interrupted: an
/// exchange that runs out of time leaves it behind.
struct Lookup {
    Lookup(asio::io_context& io, std::weak_ptr<Interrupt> waiting_exchange)
        : resolver(io), exchange(std::move(waiting_exchange)) {}

    tcp::resolver resolver;
    std::weak_ptr<Interrupt> exchange;
    error_code error;
    Endpoints endpoints;
};

struct Addresses {
    Problem problem;
    Endpoints endpoints;
};

asio::awaitable<Addresses> look_up(Url url, std::shared_ptr<Interrupt> interrupt, asio::io_context& io) {
    error_code not_literal;
    const auto literal = asio::ip::make_address(url.host, not_literal);
    if (!not_literal) co_return Addresses{{}, {tcp::endpoint{literal, url.port}}};
    const auto lookup = std::make_shared<Lookup>(io, interrupt);
    interrupt->wake().expires_at(asio::steady_timer::time_point::max());
    lookup->resolver.async_resolve(url.host, std::to_string(url.port),
                                   [lookup](error_code error, const tcp::resolver::results_type& results) {
                                       lookup->error = error;
                                       for (const auto& entry : results)
                                           lookup->endpoints.push_back(entry.endpoint());
                                       if (const auto waiting = lookup->exchange.lock())
                                           waiting->wake().cancel();
                                   });
    co_await interrupt->wake().async_wait(as_values);
    if (interrupt->raised()) co_return Addresses{{interrupt->why(), "look up " + url.host}, {}};
    if (lookup->error || lookup->endpoints.empty())
        co_return Addresses{{Trouble::unresolved, "look up " + url.host + ": " + lookup->error.message()},
                            {}};
    co_return Addresses{{}, lookup->endpoints};
}

/// The certificate must be valid, and for this host; the host is also named in the handshake (SNI).
void require_peer(Connection::TlsStream& stream, const std::string& host) {
    stream.set_verify_mode(asio::ssl::verify_peer);
    stream.set_verify_callback(asio::ssl::host_name_verification(host));
    error_code not_literal;
    static_cast<void>(asio::ip::make_address(host, not_literal));
    if (!not_literal) return;
    std::string name = host;
    SSL_ctrl(stream.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, name.data());
}

std::string tls_reason(Connection::TlsStream& stream, const error_code& error) {
    const long verdict = SSL_get_verify_result(stream.native_handle());
    if (verdict != X509_V_OK) return X509_verify_cert_error_string(verdict);
    return error.message();
}

}  // namespace

asio::ssl::context make_tls_context(const std::string& extra_ca_file) {
    asio::ssl::context context{asio::ssl::context::tls_client};
    SSL_CTX_ctrl(context.native_handle(), SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_2_VERSION, nullptr);
    context.set_verify_mode(asio::ssl::verify_peer);
    error_code error;
    context.set_default_verify_paths(error);
    if (error) throw std::runtime_error("cannot load the system's certificates: " + error.message());
    if (extra_ca_file.empty()) return context;
    context.load_verify_file(extra_ca_file, error);
    if (error)
        throw std::runtime_error("cannot load certificates from " + extra_ca_file + ": " + error.message());
    return context;
}

Connection::Connection(asio::io_context& io, asio::ssl::context& tls, bool secure)
    : stream_(Socket{io}, tls), secure_(secure) {}

void Connection::close() {
    error_code ignored;
    stream_.next_layer().close(ignored);
}

bool Connection::usable() {
    Socket& socket = stream_.next_layer();
    if (!socket.is_open()) return false;
    error_code error;
    socket.non_blocking(true, error);
    if (error) return false;
    char byte = 0;
    socket.receive(asio::buffer(&byte, 1), Socket::message_peek, error);
    return error == asio::error::would_block;
}

void Interrupt::raise(Trouble why) {
    if (why_ == Trouble::none) why_ = why;
    if (connection_ != nullptr) connection_->close();
    wake_.cancel();
}

asio::awaitable<Problem> open_connection(Connection& connection, Url url,
                                         std::shared_ptr<Interrupt> interrupt) {
    auto& io = static_cast<asio::io_context&>(connection.plain().get_executor().context());
    const Addresses addresses = co_await look_up(url, interrupt, io);
    if (addresses.problem) co_return addresses.problem;

    const auto [refused, endpoint] =
        co_await asio::async_connect(connection.plain(), addresses.endpoints, as_values);
    if (interrupt->raised()) co_return Problem{interrupt->why(), "connect to " + url.host};
    if (refused) co_return Problem{Trouble::unreachable, "connect to " + url.host + ": " + refused.message()};
    error_code ignored;
    connection.plain().set_option(tcp::no_delay{true}, ignored);
    if (!connection.secure()) co_return Problem{};

    require_peer(connection.tls(), url.host);
    const auto [failed] =
        co_await connection.tls().async_handshake(asio::ssl::stream_base::client, as_values);
    if (interrupt->raised()) co_return Problem{interrupt->why(), "TLS handshake with " + url.host};
    if (failed)
        co_return Problem{Trouble::tls_failed,
                          "TLS handshake with " + url.host + ": " + tls_reason(connection.tls(), failed)};
    co_return Problem{};
}

}  // namespace callflex::http
