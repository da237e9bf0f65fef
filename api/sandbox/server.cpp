#include "api/sandbox/server.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <cctype>
#include <stdexcept>

namespace callflex::sandbox {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::uint64_t body_bytes_max = std::uint64_t{8} << 20;
constexpr std::uint32_t header_bytes_max = 16U << 10U;

std::string lower(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    });
    return text;
}

Ask ask_of(http::request<http::string_body>&& request) {
    const std::string target{request.target().data(), request.target().size()};
    const auto query = target.find('?');
    Ask ask;
    ask.method = std::string{request.method_string().data(), request.method_string().size()};
    ask.path = percent_decode(target.substr(0, query), false);
    if (query != std::string::npos) ask.query = decode_form(std::string_view{target}.substr(query + 1));
    for (const auto& field : request) {
        const std::string name{field.name_string().data(), field.name_string().size()};
        ask.headers[lower(name)] = std::string{field.value().data(), field.value().size()};
    }
    ask.origin = "http://" + ask.header("host");
    ask.body = std::move(request.body());
    return ask;
}

http::response<http::string_body> message_of(Reply reply, unsigned version, bool keep_alive) {
    http::response<http::string_body> message{static_cast<http::status>(reply.status), version};
    message.set(http::field::server, "callflex-sandbox");
    message.set(http::field::content_type, reply.content_type);
    for (const auto& [name, value] : reply.headers) message.set(name, value);
    message.body() = std::move(reply.body);
    message.keep_alive(keep_alive);
    message.prepare_payload();
    return message;
}

/// Until the peer goes away, or sends something although it is not its turn.
asio::awaitable<void> keep_silent(tcp::socket& socket) {
    co_await socket.async_wait(tcp::socket::wait_read, as_values);
}

asio::awaitable<void> drip(tcp::socket& socket, std::string_view content_type) {
    std::string bytes =
        "HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\nContent-Type: " + std::string{content_type} +
        "\r\n\r\n";
    for (;;) {
        const auto [lost, written] = co_await asio::async_write(socket, asio::buffer(bytes), as_values);
        if (lost) co_return;
        asio::steady_timer pause{socket.get_executor(), std::chrono::milliseconds{100}};
        co_await pause.async_wait(as_values);
        bytes = ".";
    }
}

asio::awaitable<void> serve(tcp::socket socket, std::shared_ptr<const Server::Handler> handler) {
    boost::beast::flat_buffer buffer;
    for (;;) {
        http::request_parser<http::string_body> parser;
        parser.body_limit(body_bytes_max);
        parser.header_limit(header_bytes_max);
        const auto [broken, read] = co_await http::async_read(socket, buffer, parser, as_values);
        if (broken) co_return;
        const bool keep_alive = parser.keep_alive();
        const unsigned version = parser.get().version();
        Reply reply = (*handler)(ask_of(parser.release()));
        if (reply.manner == Reply::Manner::hang_up) co_return;
        if (reply.manner == Reply::Manner::silence) co_return co_await keep_silent(socket);
        if (reply.manner == Reply::Manner::drip) co_return co_await drip(socket, reply.content_type);
        if (reply.delay.count() > 0) {
            asio::steady_timer pause{socket.get_executor(), reply.delay};
            co_await pause.async_wait(as_values);
        }
        const auto at_end = std::move(reply.at_end);
        const auto message = message_of(std::move(reply), version, keep_alive);
        const auto [lost, written] = co_await http::async_write(socket, message, as_values);
        if (lost || !keep_alive) co_return;
    }
}

asio::awaitable<void> accept_all(tcp::acceptor& acceptor, std::shared_ptr<const Server::Handler> handler) {
    for (;;) {
        auto [failed, socket] = co_await acceptor.async_accept(as_values);
        if (failed == asio::error::operation_aborted) co_return;
        if (failed) continue;
        boost::system::error_code ignored;
        socket.set_option(tcp::no_delay{true}, ignored);
        asio::co_spawn(acceptor.get_executor(), serve(std::move(socket), handler), asio::detached);
    }
}

}  // namespace

Server::Server(asio::io_context& io, const std::string& address, int port, Handler handler)
    : acceptor_(io), handler_(std::make_shared<const Handler>(std::move(handler))) {
    boost::system::error_code error;
    const auto ip = asio::ip::make_address(address, error);
    if (error) throw std::runtime_error(fmt::format("sandbox: {} is not an IP address", address));
    const tcp::endpoint endpoint{ip, static_cast<std::uint16_t>(port)};
    acceptor_.open(endpoint.protocol());
    acceptor_.set_option(tcp::acceptor::reuse_address{true});
    acceptor_.bind(endpoint, error);
    if (error)
        throw std::runtime_error(
            fmt::format("sandbox: cannot listen on {}:{}: {}", address, port, error.message()));
    acceptor_.listen(1024);
}

void Server::start() {
    asio::co_spawn(acceptor_.get_executor(), accept_all(acceptor_, handler_), asio::detached);
}

int Server::port() const {
    return acceptor_.local_endpoint().port();
}

}  // namespace callflex::sandbox
