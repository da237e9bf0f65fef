#pragma once
// One accepted connection: requests one after the other until somebody closes. Everything happens on one
// strand; the public members may be called from anywhere.

#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <functional>
#include <variant>

#include "api/http/server.hpp"
#include "api/http/strict_head.hpp"

namespace callflex::http::inline server {

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    /// `make_request_id` is called from the strand, once a request.
    Connection(boost::asio::ip::tcp::socket socket, const Limits& limits, Service& service,
               std::function<std::string()> make_request_id);

    /// Serves until the end; `ended` is called once, from the strand.
    void start(std::function<void()> ended);
    /// Answers 503 and closes: there are too many connections.
    void start_turned_away(std::function<void()> ended);
    /// The answer that is being made is the last one; an idle connection is closed at once.
    void finish();
    /// Closes now, whatever is going on.
    void abort();

  private:
    class Chunks;
    enum class End : std::uint8_t { closed };
    template <class T>
    using Or = std::variant<T, Refusal, End>;

    boost::asio::awaitable<void> serve(std::shared_ptr<Connection> self);
    boost::asio::awaitable<void> turn_away(std::shared_ptr<Connection> self);
    /// One request and its answer; false when the connection is over.
    boost::asio::awaitable<bool> serve_one();
    boost::asio::awaitable<Or<RequestHead>> read_head();
    boost::asio::awaitable<Or<std::string>> read_body(std::size_t head_bytes, std::size_t body_bytes_max);
    boost::asio::awaitable<bool> take_request(RequestHead head, std::size_t head_bytes);
    boost::asio::awaitable<Response> ask_service(Request request);
    boost::asio::awaitable<bool> answer(Response response, const RequestHead* head);
    boost::asio::awaitable<void> pour(const Response& response);
    boost::asio::awaitable<bool> refuse(Refusal refusal, const RequestHead* head);
    /// Reads more bytes into the buffer; 0 at the end of the stream, after a timeout, or on an error.
    boost::asio::awaitable<std::size_t> read_more();
    boost::asio::awaitable<bool> write(std::string bytes);
    /// Lets the peer read the last answer before the socket goes (an unread body would otherwise reset it).
    boost::asio::awaitable<void> drain();

    void arm(std::chrono::steady_clock::time_point deadline);
    void disarm();

    boost::asio::ip::tcp::socket socket_;
    boost::asio::steady_timer deadline_;
    std::uint64_t deadline_generation_ = 0;
    bool expired_ = false;
    boost::beast::flat_buffer buffer_;
    const Limits& limits_;
    Service& service_;
    std::function<std::string()> make_request_id_;
    std::string request_id_;
    std::chrono::steady_clock::time_point request_began_;
    bool idle_ = true;
    bool finishing_ = false;
    bool must_drain_ = false;
    std::function<void()> ended_;
};

}  // namespace callflex::http::inline server
