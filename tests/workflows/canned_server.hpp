#pragma once
// An HTTP server that answers each path with a fixed text, on a thread of its own, until it is destroyed.

#include <atomic>
#include <boost/asio.hpp>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace test {

class CannedServer {
  public:
    CannedServer()
        : acceptor_(io_, {boost::asio::ip::address_v4::loopback(), 0}), thread_([this] { serve(); }) {}
    ~CannedServer() {
        stopping_ = true;
        boost::asio::ip::tcp::socket wake{io_};
        boost::system::error_code ignored;
        wake.connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }
    CannedServer(const CannedServer&) = delete;
    CannedServer& operator=(const CannedServer&) = delete;

    /// `head`: status line and headers without the final blank line, "HTTP/1.1 200 OK\r\nContent-Type:
    /// audio/mpeg".
    void answer(const std::string& path, const std::string& head, const std::string& body) {
        const std::lock_guard lock{mutex_};
        answers_[path] = head + "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) +
                         "\r\n\r\n" + body;
    }
    [[nodiscard]] std::string url(const std::string& path = "") const {
        return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + path;
    }
    /// The requests so far, as they came.
    [[nodiscard]] std::vector<std::string> requests() const {
        const std::lock_guard lock{mutex_};
        return requests_;
    }

  private:
    void serve() {
        while (true) {
            boost::asio::ip::tcp::socket socket{io_};
            acceptor_.accept(socket);
            if (stopping_) return;
            std::string request;
            boost::system::error_code broken;
            boost::asio::read_until(socket, boost::asio::dynamic_buffer(request), "\r\n\r\n", broken);
            if (broken) continue;
            const std::size_t missing = body_bytes_missing(request);
            boost::asio::read(socket, boost::asio::dynamic_buffer(request),
                              boost::asio::transfer_exactly(missing), broken);
            if (broken) continue;
            boost::asio::write(socket, boost::asio::buffer(take(request)), broken);
        }
    }
    static std::size_t body_bytes_missing(const std::string& request) {
        const std::string field = "Content-Length: ";
        const auto at = request.find(field);
        if (at == std::string::npos) return 0;
        return request.find("\r\n\r\n") + 4 + std::stoul(request.substr(at + field.size())) - request.size();
    }
    std::string take(const std::string& request) {
        const std::lock_guard lock{mutex_};
        requests_.push_back(request);
        const auto from = request.find(' ') + 1;
        const auto found = answers_.find(request.substr(from, request.find(' ', from) - from));
        const std::string missing =
            "HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
        return found == answers_.end() ? missing : found->second;
    }

    boost::asio::io_context io_;
    boost::asio::ip::tcp::acceptor acceptor_;
    mutable std::mutex mutex_;
    std::map<std::string, std::string> answers_;
    std::vector<std::string> requests_;
    std::atomic<bool> stopping_ = false;
    std::thread thread_;
};

}  // namespace test
