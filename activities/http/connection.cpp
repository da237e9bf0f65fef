#include "activities/http/connection.hpp"

#include <openssl/ssl.h>

#include <algorithm>
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

/// A look-up under way. Held by its own handler, because a resolver cannot be interrupted: an exchange that
/// runs out of time leaves it behind.
struct Pending {
    explicit Pending(std::weak_ptr<Interrupt> waiting_exchange) : exchange(std::move(waiting_exchange)) {}

    std::weak_ptr<Interrupt> exchange;
    LookedUp found{};
};

void finish(const std::shared_ptr<Pending>& pending, LookedUp found) {
    pending->found = std::move(found);
    if (const auto waiting = pending->exchange.lock()) waiting->wake().cancel();
}

void ask_system(asio::io_context& io, const std::string& host, const std::shared_ptr<Pending>& pending) {
    const auto resolver = std::make_shared<tcp::resolver>(io);
    resolver->async_resolve(
        host, "", [resolver, pending](error_code error, const tcp::resolver::results_type& results) {
            LookedUp found{.problem = error ? error.message() : ""};
            for (const auto& entry : results) found.addresses.push_back(entry.endpoint().address());
            finish(pending, std::move(found));
        });
}

void ask(asio::io_context& io, const Destination& destination, const std::shared_ptr<Pending>& pending) {
    if (!destination.look_up) return ask_system(io, destination.url.host, pending);
    destination.look_up(destination.url.host,
                        [pending](LookedUp found) { finish(pending, std::move(found)); });
}

struct Found {
    Problem problem;
    Addresses addresses;
};

asio::awaitable<Found> look_up(Destination destination, std::shared_ptr<Interrupt> interrupt,
                               asio::io_context& io) {
    const std::string& host = destination.url.host;
    error_code not_literal;
    const auto literal = asio::ip::make_address(host, not_literal);
    if (!not_literal) co_return Found{{}, {literal}};
    const auto pending = std::make_shared<Pending>(interrupt);
    interrupt->wake().expires_at(asio::steady_timer::time_point::max());
    ask(io, destination, pending);
    co_await interrupt->wake().async_wait(as_values);
    if (interrupt->raised()) co_return Found{{interrupt->why(), "look up " + host}, {}};
    if (pending->found.addresses.empty())
        co_return Found{{Trouble::unresolved, "look up " + host + ": " + pending->found.problem}, {}};
    co_return Found{{}, pending->found.addresses};
}

Problem judge(const Destination& destination, const Addresses& addresses, Connection& connection) {
    if (!destination.guard) return {};
    Admission admission = destination.guard->admit(addresses);
    if (admission.verdict == Admission::Verdict::granted) {
        connection.keep(std::move(admission.hold));
        return {};
    }
    const bool busy = admission.verdict == Admission::Verdict::busy;
    return {busy ? Trouble::busy : Trouble::forbidden, destination.url.host + ": " + admission.reason};
}

/// The kernel's word on whom we speak to (getpeername), beside what was asked for.
bool leads_to(Connection& connection, const Addresses& addresses) {
    error_code error;
    const auto peer = connection.plain().remote_endpoint(error);
    return !error && std::ranges::find(addresses, peer.address()) != addresses.end();
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

asio::awaitable<Problem> open_connection(Connection& connection, Destination destination,
                                         std::shared_ptr<Interrupt> interrupt) {
    auto& io = static_cast<asio::io_context&>(connection.plain().get_executor().context());
    const Url& url = destination.url;
    const Found found = co_await look_up(destination, interrupt, io);
    if (found.problem) co_return found.problem;
    if (Problem refused = judge(destination, found.addresses, connection)) co_return refused;

    Endpoints endpoints;
    for (const auto& address : found.addresses) endpoints.emplace_back(address, url.port);
    const auto [refused, endpoint] = co_await asio::async_connect(connection.plain(), endpoints, as_values);
    if (interrupt->raised()) co_return Problem{interrupt->why(), "connect to " + url.host};
    if (refused) co_return Problem{Trouble::unreachable, "connect to " + url.host + ": " + refused.message()};
    if (destination.guard && !leads_to(connection, found.addresses))
        co_return Problem{Trouble::forbidden, url.host + ": connected to another address than was checked"};
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
