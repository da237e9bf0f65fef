#include "activities/http/exchange.hpp"

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <vector>

namespace callflex::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using Parser = beast::http::response_parser<beast::http::buffer_body>;
using Sink = std::function<void(std::string_view)>;

constexpr auto as_values = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t piece_bytes = std::size_t{64} << 10;
constexpr std::uint64_t error_body_bytes_max = std::uint64_t{1} << 20;
constexpr int interim_answers_max = 5;

Problem problem_of(const error_code& error, const Interrupt& interrupt) {
    using beast::http::error;
    if (interrupt.raised()) return {interrupt.why(), "waiting for the answer"};
    if (error == error::body_limit || error == error::header_limit || error == error::buffer_overflow)
        return {Trouble::too_large, "the answer is larger than allowed"};
    const bool cut = error == error::end_of_stream || error == error::partial_message;
    if (!cut && error.category() == make_error_code(beast::http::error::bad_version).category())
        return {Trouble::malformed, "the answer is not proper HTTP: " + error.message()};
    return {Trouble::lost, "connection lost while waiting for the answer: " + error.message()};
}

/// Beast reads a message with another transfer coding as one without a body; what follows would be taken for
/// the next answer.
bool framing_is_plain(const Parser& parser) {
    const auto& fields = parser.get();
    const auto codings = fields.count(beast::http::field::transfer_encoding);
    if (codings == 0) return true;
    return codings == 1 && beast::iequals(fields[beast::http::field::transfer_encoding], "chunked");
}

Response head_of(const Parser& parser) {
    Response response;
    response.status = static_cast<int>(parser.get().result_int());
    for (const auto& field : parser.get()) {
        response.headers.push_back({std::string{field.name_string().data(), field.name_string().size()},
                                    std::string{field.value().data(), field.value().size()}});
    }
    return response;
}

/// Everything of one exchange that its steps share.
struct Reading {
    AnswerLimits limits;
    Sink sink;
    std::shared_ptr<Interrupt> interrupt;
    beast::flat_buffer buffer{};
    Answer answer{};
};

std::unique_ptr<Parser> fresh_parser(const AnswerLimits& limits) {
    auto parser = std::make_unique<Parser>();
    parser->header_limit(static_cast<std::uint32_t>(limits.header_bytes_max));
    if (limits.cut) {
        parser->body_limit(boost::none);
    } else {
        parser->body_limit(limits.body_bytes_max);
    }
    return parser;
}

/// The head of the final answer; 1xx answers before it are skipped. Null when there is none: reading.answer
/// says why.
template <class Stream>
asio::awaitable<std::unique_ptr<Parser>> read_head(Stream& stream, Reading& reading) {
    for (int interim = 0; interim < interim_answers_max; ++interim) {
        auto parser = fresh_parser(reading.limits);
        const auto [failed, size] =
            co_await beast::http::async_read_header(stream, reading.buffer, *parser, as_values);
        if (failed) {
            reading.answer.problem = problem_of(failed, *reading.interrupt);
            co_return nullptr;
        }
        if (!framing_is_plain(*parser)) {
            reading.answer.problem = {Trouble::malformed, "the answer has an unknown Transfer-Encoding"};
            co_return nullptr;
        }
        if (parser->get().result_int() >= 200) co_return parser;
    }
    reading.answer.problem = {Trouble::malformed, "too many interim answers"};
    co_return nullptr;
}

template <class Stream>
asio::awaitable<void> read_body(Stream& stream, Reading& reading, Parser& parser) {
    Response& response = reading.answer.response;
    const bool to_sink = reading.sink && response.status >= 200 && response.status < 300;
    std::vector<char> piece(to_sink ? piece_bytes : std::size_t{8} << 10);
    while (!parser.is_done()) {
        auto& body = parser.get().body();
        body.data = piece.data();
        body.size = piece.size();
        const auto [failed, size] =
            co_await beast::http::async_read(stream, reading.buffer, parser, as_values);
        const std::string_view got{piece.data(), piece.size() - body.size};
        if (to_sink) {
            reading.sink(got);
        } else {
            response.body += got;
        }
        if (reading.limits.cut && response.body.size() >= reading.limits.body_bytes_max) {
            response.body.resize(reading.limits.body_bytes_max);
            co_return;
        }
        if (failed && failed != beast::http::error::need_buffer) {
            reading.answer.problem = problem_of(failed, *reading.interrupt);
            co_return;
        }
        if (!to_sink && reading.sink && response.body.size() > error_body_bytes_max) {
            reading.answer.problem = {Trouble::too_large, "the vendor's error is larger than allowed"};
            co_return;
        }
    }
}

/// Everything that is to be sent, piece by piece.
template <class Stream>
asio::awaitable<error_code> write_all(Stream& stream, Outgoing outgoing, Reading& reading) {
    if (outgoing.source) outgoing.source->rewind();
    while (!outgoing.bytes.empty()) {
        const auto [failed, written] =
            co_await asio::async_write(stream, asio::buffer(outgoing.bytes), as_values);
        // Interrupted in the middle of a write, TLS does not tell how much of it had left.
        const bool left = !failed || written > 0 || reading.interrupt->raised();
        reading.answer.sent = reading.answer.sent || left;
        if (failed) co_return failed;
        outgoing.bytes = outgoing.source ? outgoing.source->read(piece_bytes) : std::string{};
    }
    co_return error_code{};
}

template <class Stream>
asio::awaitable<Answer> talk(Stream& stream, Outgoing outgoing, Reading reading) {
    const error_code unsent = co_await write_all(stream, std::move(outgoing), reading);
    if (unsent) {
        reading.answer.problem = problem_of(unsent, *reading.interrupt);
        co_return reading.answer;
    }
    const auto parser = co_await read_head(stream, reading);
    if (!parser) co_return reading.answer;
    reading.answer.response = head_of(*parser);
    co_await read_body(stream, reading, *parser);
    reading.answer.reusable = !reading.answer.problem && parser->is_done() && parser->get().keep_alive() &&
                              reading.buffer.size() == 0;
    co_return reading.answer;
}

}  // namespace

asio::awaitable<Answer> exchange(Connection& connection, Outgoing outgoing, AnswerLimits limits, Sink sink,
                                 std::shared_ptr<Interrupt> interrupt) {
    Reading reading{.limits = limits, .sink = std::move(sink), .interrupt = std::move(interrupt)};
    if (connection.secure())
        co_return co_await talk(connection.tls(), std::move(outgoing), std::move(reading));
    co_return co_await talk(connection.plain(), std::move(outgoing), std::move(reading));
}

}  // namespace callflex::http
