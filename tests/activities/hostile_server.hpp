#pragma once
// A server that does to each connection what a test tells it to: raw bytes, pauses, cuts, silence.

#include <sys/socket.h>
#include <atomic>
#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace test {

using Socket = boost::asio::ip::tcp::socket;

/// Reads one request, its body included; "" when the peer has gone. Works on plain and TLS streams.
template <class Stream>
std::string read_request(Stream& stream) {
    std::string text;
    boost::system::error_code error;
    boost::asio::read_until(stream, boost::asio::dynamic_buffer(text), "\r\n\r\n", error);
    if (error) return {};
    const auto head_end = text.find("\r\n\r\n") + 4;
    const auto length_at = text.find("Content-Length: ");
    const std::size_t length = length_at < head_end ? std::stoul(text.substr(length_at + 16)) : 0;
    if (text.size() < head_end + length) {
        boost::asio::read(stream, boost::asio::dynamic_buffer(text),
                          boost::asio::transfer_exactly(head_end + length - text.size()), error);
    }
    return text;
}

/// False when the peer has gone.
template <class Stream>
bool say(Stream& stream, const std::string& bytes) {
    boost::system::error_code error;
    boost::asio::write(stream, boost::asio::buffer(bytes), error);
    return !error;
}

/// Waits until the peer closes.
template <class Stream>
void wait_for_end(Stream& stream) {
    boost::system::error_code error;
    char byte = 0;
    while (!error) stream.read_some(boost::asio::buffer(&byte, 1), error);
}

inline std::string answer(const std::string& body, const std::string& status = "200 OK",
                          const std::string& headers = {}) {
    return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" + headers +
           "\r\n" + body;
}

class HostileServer {
  public:
    /// `script` is run for every connection, in a thread of its own; the connection is closed when it
    /// returns.
    explicit HostileServer(std::function<void(Socket&)> script)
        : script_(std::move(script)),
          acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}),
          accepting_([this] { accept(); }) {}

    ~HostileServer() {
        stopping_ = true;
        ::shutdown(acceptor_.native_handle(), SHUT_RDWR);
        accepting_.join();
        {
            const std::lock_guard lock{mutex_};
            for (const auto& socket : sockets_) ::shutdown(socket->native_handle(), SHUT_RDWR);
        }
        for (std::thread& thread : threads_) thread.join();
    }

    HostileServer(const HostileServer&) = delete;
    HostileServer& operator=(const HostileServer&) = delete;

    [[nodiscard]] unsigned short port() const { return acceptor_.local_endpoint().port(); }
    [[nodiscard]] std::string url(const std::string& host = "127.0.0.1",
                                  const std::string& scheme = "http") const {
        return scheme + "://" + host + ":" + std::to_string(port());
    }
    [[nodiscard]] int connections() const { return connections_; }

  private:
    void accept() {
        while (!stopping_) {
            auto socket = std::make_shared<Socket>(io_);
            boost::system::error_code error;
            acceptor_.accept(*socket, error);
            if (error) return;
            ++connections_;
            const std::lock_guard lock{mutex_};
            sockets_.push_back(socket);
            threads_.emplace_back([this, socket] {
                script_(*socket);
                // The descriptor itself stays until the end, so that the destructor never touches another's.
                ::shutdown(socket->native_handle(), SHUT_RDWR);
            });
        }
    }

    std::function<void(Socket&)> script_;
    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    std::atomic<bool> stopping_{false};
    std::atomic<int> connections_{0};
    std::mutex mutex_;
    std::vector<std::shared_ptr<Socket>> sockets_;
    std::vector<std::thread> threads_;
    std::thread accepting_;
};

}  // namespace test
