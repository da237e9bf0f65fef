#include "api/http/connection.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/dispatch.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/error.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace callflex::http::inline server {

namespace asio = boost::asio;
namespace beast = boost::beast;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

namespace {

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t read_bytes = 16UL * 1024;

std::string_view text_of(const beast::flat_buffer& buffer) {
    return {static_cast<const char*>(buffer.data().data()), buffer.size()};
}

}  // namespace

Connection::Connection(asio::ip::tcp::socket socket, const Limits& limits, Service& service,
                       std::function<std::string()> make_request_id)
    : socket_{std::move(socket)},
      deadline_{socket_.get_executor()},
      limits_{limits},
      service_{service},
      make_request_id_{std::move(make_request_id)} {}

void Connection::start(std::function<void()> ended) {
    ended_ = std::move(ended);
    boost::system::error_code ignored;
    socket_.set_option(asio::ip::tcp::no_delay{true}, ignored);
    asio::co_spawn(socket_.get_executor(), serve(shared_from_this()), asio::detached);
}

void Connection::start_turned_away(std::function<void()> ended) {
    ended_ = std::move(ended);
    asio::co_spawn(socket_.get_executor(), turn_away(shared_from_this()), asio::detached);
}

void Connection::finish() {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] {
        self->finishing_ = true;
        boost::system::error_code ignored;
        if (self->idle_) self->socket_.cancel(ignored);
    });
}

void Connection::abort() {
    asio::dispatch(socket_.get_executor(), [self = shared_from_this()] {
        self->finishing_ = true;
        boost::system::error_code ignored;
        self->socket_.close(ignored);
    });
}

void Connection::arm(Clock::time_point deadline) {
    const std::uint64_t generation = ++deadline_generation_;
    expired_ = false;
    deadline_.expires_at(deadline);
    deadline_.async_wait([self = shared_from_this(), generation](const boost::system::error_code& error) {
        // A later arm() makes this one void, even when it had fired already.
        if (error || generation != self->deadline_generation_) return;
        self->expired_ = true;
        boost::system::error_code ignored;
        self->socket_.cancel(ignored);
    });
}

void Connection::disarm() {
    ++deadline_generation_;
    deadline_.cancel();
}

asio::awaitable<void> Connection::serve(std::shared_ptr<Connection> self) {
    try {
        while (co_await self->serve_one()) {
        }
    } catch (const std::exception& error) {
        spdlog::error("connection ended: request_id={} error={}", request_id_, error.what());
    }
    if (must_drain_) co_await drain();
    disarm();
    boost::system::error_code ignored;
    socket_.close(ignored);
    ended_();
}

asio::awaitable<void> Connection::turn_away(std::shared_ptr<Connection> self) {
    self->request_id_ = make_request_id_();
    self->request_began_ = Clock::now();
    Response response = problem(503, "Too many connections are open; try again shortly.", request_id_);
    response.fields.emplace_back("Retry-After", "1");
    response.close = true;
    co_await answer(std::move(response), nullptr);
    if (must_drain_) co_await drain();
    disarm();
    boost::system::error_code ignored;
    socket_.close(ignored);
    ended_();
}

asio::awaitable<bool> Connection::serve_one() {
    auto read = co_await read_head();
    if (std::holds_alternative<End>(read)) co_return false;
    if (auto* refusal = std::get_if<Refusal>(&read)) co_return co_await refuse(std::move(*refusal), nullptr);
    std::size_t head_bytes = 0;
    (void)scan_head(text_of(buffer_), limits_, head_bytes);
    co_return co_await take_request(std::move(std::get<RequestHead>(read)), head_bytes);
}

asio::awaitable<Connection::Or<RequestHead>> Connection::read_head() {
    idle_ = true;
    request_id_.clear();
    bool begun = buffer_.size() > 0;
    arm(Clock::now() + (begun ? limits_.header_time : limits_.idle_time));
    while (true) {
        if (finishing_ && !begun) co_return End::closed;
        std::size_t complete = 0;
        if (begun && request_id_.empty()) {
            request_id_ = make_request_id_();
            request_began_ = Clock::now();
            idle_ = false;
        }
        if (auto refusal = scan_head(text_of(buffer_), limits_, complete)) co_return std::move(*refusal);
        if (complete > 0) {
            auto parsed = parse_head(text_of(buffer_).substr(0, complete), limits_);
            if (auto* refusal = std::get_if<Refusal>(&parsed)) co_return std::move(*refusal);
            co_return std::move(std::get<RequestHead>(parsed));
        }
        if (co_await read_more() == 0) {
            if (expired_ && begun) co_return Refusal{408, "The request head did not arrive in time."};
            if (begun && !finishing_) co_return Refusal{400, "The request head ended early."};
            co_return End::closed;
        }
        if (!begun) arm(Clock::now() + limits_.header_time);
        begun = true;
    }
}

asio::awaitable<bool> Connection::take_request(RequestHead head, std::size_t head_bytes) {
    Admission admission = service_.admit(head, request_id_);
    const bool announces_body = head.chunked || head.content_length > 0;
    if (admission.refusal) {
        admission.refusal->close |= announces_body;
        must_drain_ = announces_body;
        buffer_.consume(head_bytes);
        co_return co_await answer(std::move(*admission.refusal), &head);
    }
    if (head.method == "POST" && !head.chunked && !head.has_length) {
        co_return co_await refuse({411, "A Content-Length is required."}, &head);
    }
    if (head.has_length && head.content_length > admission.body_bytes) {
        co_return co_await refuse(
            {413, fmt::format("The body may have at most {} bytes here.", admission.body_bytes)}, &head);
    }
    if (head.expects_continue && announces_body && !co_await write("HTTP/1.1 100 Continue\r\n\r\n"))
        co_return false;
    auto body = co_await read_body(head_bytes, admission.body_bytes);
    if (auto* refusal = std::get_if<Refusal>(&body)) co_return co_await refuse(std::move(*refusal), &head);
    disarm();
    Response response = co_await ask_service({head, std::move(std::get<std::string>(body)), request_id_});
    co_return co_await answer(std::move(response), &head);
}

asio::awaitable<Connection::Or<std::string>> Connection::read_body(std::size_t head_bytes,
                                                                   std::size_t body_bytes_max) {
    namespace bhttp = beast::http;
    bhttp::request_parser<bhttp::string_body> parser;
    parser.header_limit(static_cast<std::uint32_t>(head_bytes + 1));
    parser.body_limit(body_bytes_max);
    parser.eager(true);
    auto on_chunk = [](std::uint64_t, beast::string_view extensions, beast::error_code& error) {
        if (!extensions.empty()) error = bhttp::error::bad_chunk_extension;
    };
    parser.on_chunk_header(on_chunk);
    const auto began = Clock::now();
    std::size_t received = 0;
    while (!parser.is_done()) {
        beast::error_code error;
        buffer_.consume(parser.put(buffer_.data(), error));
        if (error == bhttp::error::body_limit) {
            co_return Refusal{413, fmt::format("The body may have at most {} bytes here.", body_bytes_max)};
        }
        if (error && error != bhttp::error::need_more)
            co_return Refusal{400, "The body's framing is malformed."};
        if (parser.is_done()) break;
        const auto earned = std::chrono::milliseconds{received * 1000 / limits_.body_bytes_per_second};
        arm(began + std::min(limits_.body_time, limits_.body_grace + earned));
        const std::size_t got = co_await read_more();
        if (got == 0 && expired_) co_return Refusal{408, "The body did not arrive in time."};
        if (got == 0) co_return Refusal{400, "The body ended early."};
        received += got;
    }
    co_return std::move(parser.get().body());
}

asio::awaitable<Response> Connection::ask_service(Request request) {
    try {
        co_return co_await service_.handle(std::move(request));
    } catch (const std::exception& error) {
        spdlog::error("request failed: request_id={} error={}", request_id_, error.what());
    }
    co_return problem(500, "The request could not be processed; the log has the reason.", request_id_);
}

asio::awaitable<bool> Connection::answer(Response response, const RequestHead* head) {
    const bool keep =
        !response.close && !response.stream && !finishing_ && head != nullptr && head->keep_alive;
    arm(Clock::now() + limits_.write_time);
    const bool written = co_await write(serialize(response, request_id_, keep));
    if (written && response.stream) co_await pour(response);
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - request_began_);
    service_.answered(head, request_id_, response.status, took);
    co_return written&& keep;
}

/// Chunks of HTTP/1.1, each of which must be taken within the write time.
class Connection::Chunks : public StreamWriter {
  public:
    explicit Chunks(Connection& connection) : connection_{connection} {}
    asio::awaitable<bool> write(std::string piece) override {
        if (connection_.finishing_ || broken_) co_return false;
        if (piece.empty()) co_return true;
        connection_.arm(Clock::now() + connection_.limits_.write_time);
        broken_ = !co_await connection_.write(fmt::format("{:x}\r\n{}\r\n", piece.size(), piece));
        connection_.disarm();
        co_return !broken_;
    }
    [[nodiscard]] bool broken() const { return broken_; }

  private:
    Connection& connection_;
    bool broken_ = false;
};

asio::awaitable<void> Connection::pour(const Response& response) {
    disarm();
    Chunks chunks{*this};
    try {
        co_await response.stream(chunks);
    } catch (const std::exception& error) {
        spdlog::error("stream ended: request_id={} error={}", request_id_, error.what());
        co_return;  // without the last chunk: the peer sees that something is missing
    }
    if (chunks.broken()) co_return;
    arm(Clock::now() + limits_.write_time);
    (void)co_await write("0\r\n\r\n");
}

asio::awaitable<bool> Connection::refuse(Refusal refusal, const RequestHead* head) {
    Response response = problem(refusal.status, refusal.detail, request_id_);
    response.close = true;
    must_drain_ = true;
    co_return co_await answer(std::move(response), head);
}

asio::awaitable<std::size_t> Connection::read_more() {
    auto [error, bytes] = co_await socket_.async_read_some(buffer_.prepare(read_bytes), as_values);
    if (error) co_return 0;
    buffer_.commit(bytes);
    co_return bytes;
}

asio::awaitable<bool> Connection::write(std::string bytes) {
    auto [error, written] = co_await asio::async_write(socket_, asio::buffer(bytes), as_values);
    co_return !error;
}

asio::awaitable<void> Connection::drain() {
    boost::system::error_code ignored;
    socket_.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    arm(Clock::now() + limits_.drain_time);
    std::size_t drained = 0;
    while (drained < limits_.drain_bytes) {
        buffer_.clear();
        const std::size_t got = co_await read_more();
        if (got == 0) break;
        drained += got;
    }
}

}  // namespace callflex::http::inline server
