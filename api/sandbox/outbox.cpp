#include "api/sandbox/outbox.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <cstdio>
#include <optional>

namespace callflex::sandbox {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds patience{10};
constexpr std::array pauses{std::chrono::seconds{1}, std::chrono::seconds{3}, std::chrono::seconds{10}};

struct Address {
    std::string host;
    std::string port;
    std::string target;
};

std::optional<Address> address_of(const std::string& url) {
    constexpr std::string_view scheme = "http://";
    if (!url.starts_with(scheme)) return std::nullopt;
    const auto path = url.find_first_of("/?", scheme.size());
    const std::string authority =
        url.substr(scheme.size(), path == std::string::npos ? path : path - scheme.size());
    const auto colon = authority.rfind(':');
    Address address;
    address.host = authority.substr(0, colon);
    address.port = colon == std::string::npos ? "80" : authority.substr(colon + 1);
    address.target = path == std::string::npos ? "/" : url.substr(path);
    if (address.target.front() == '?') address.target.insert(0, "/");
    if (address.host.empty() || address.port.empty()) return std::nullopt;
    return address;
}

http::request<http::string_body> request_of(const Letter& letter, const Address& address) {
    http::request<http::string_body> request{http::verb::post, address.target, 11};
    request.set(http::field::host, address.host + ":" + address.port);
    request.set(http::field::user_agent, "callflex-sandbox");
    request.set(http::field::content_type, letter.content_type);
    for (const auto& [name, value] : letter.headers()) request.set(name, value);
    request.body() = letter.body;
    request.keep_alive(false);
    request.prepare_payload();
    return request;
}

/// The status of the answer; 0 when none came.
asio::awaitable<unsigned> deliver(asio::io_context& io, const Letter& letter, const Address& address) {
    asio::ip::tcp::resolver resolver{io};
    const auto [unknown, places] = co_await resolver.async_resolve(address.host, address.port, as_values);
    if (unknown) co_return 0;
    beast::tcp_stream stream{io};
    stream.expires_after(patience);
    const auto [away, place] = co_await stream.async_connect(places, as_values);
    if (away) co_return 0;
    const auto request = request_of(letter, address);
    const auto [lost, written] = co_await http::async_write(stream, request, as_values);
    if (lost) co_return 0;
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    const auto [broken, read] = co_await http::async_read(stream, buffer, response, as_values);
    co_return broken ? 0 : response.result_int();
}

asio::awaitable<void> wait(asio::io_context& io, std::chrono::milliseconds time) {
    asio::steady_timer timer{io, time};
    co_await timer.async_wait(as_values);
}

asio::awaitable<void> carry(asio::io_context& io, Letter letter, Address address) {
    co_await wait(io, letter.after);
    unsigned status = co_await deliver(io, letter, address);
    for (std::size_t i = 0; i < pauses.size() && status / 100 != 2; ++i) {
        co_await wait(io, pauses[i]);
        status = co_await deliver(io, letter, address);
    }
    if (status / 100 == 2) co_return;
    const std::string path = address.target.substr(0, address.target.find('?'));
    fmt::print(stderr, "sandbox: {}'s callback to port {}, {}, {}\n", letter.sender, address.port, path,
               status == 0 ? std::string{"was not answered"} : fmt::format("was answered {}", status));
}

}  // namespace

void post_letter(asio::io_context& io, Letter letter) {
    auto address = address_of(letter.url);
    if (!address) {
        fmt::print(stderr, "sandbox: {}'s callback is not sent: it calls http addresses only\n",
                   letter.sender);
        return;
    }
    asio::co_spawn(io, carry(io, std::move(letter), *std::move(address)), asio::detached);
}

}  // namespace callflex::sandbox
