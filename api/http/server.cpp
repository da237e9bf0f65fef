#include "api/http/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <condition_variable>
#include <mutex>
#include <random>
#include <set>
#include <thread>

#include "api/http/connection.hpp"

namespace callflex::http::inline server {

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {
constexpr std::size_t turned_away_max = 200;
}

/// Owns the threads, the listening socket and the set of open connections (guarded by mutex_).
class Server::Impl {
  public:
    Impl(ServerOptions options, Service& service)
        : options_{std::move(options)}, service_{service}, acceptor_{asio::make_strand(io_)} {
        std::random_device entropy;
        request_id_prefix_ = fmt::format("{:08x}", entropy());
    }

    void start() {
        try {
            const tcp::endpoint endpoint{asio::ip::make_address(options_.address), options_.port};
            acceptor_.open(endpoint.protocol());
            acceptor_.set_option(tcp::acceptor::reuse_address{true});
            acceptor_.bind(endpoint);
            acceptor_.listen(asio::socket_base::max_listen_connections);
            port_ = acceptor_.local_endpoint().port();
        } catch (const std::exception& error) {
            throw std::runtime_error{
                fmt::format("cannot listen on {}:{}: {}; is the address this machine's, and the "
                            "port free?",
                            options_.address, options_.port, error.what())};
        }
        asio::co_spawn(acceptor_.get_executor(), accept(), asio::detached);
        for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { run(); });
    }

    [[nodiscard]] std::uint16_t port() const { return port_; }
    void post(std::function<void()> work) { asio::post(acceptor_.get_executor(), std::move(work)); }

    void stop(std::chrono::milliseconds grace) {
        if (threads_.empty()) return;
        asio::post(acceptor_.get_executor(), [this] {
            boost::system::error_code ignored;
            acceptor_.close(ignored);
        });
        {
            std::unique_lock lock{mutex_};
            stopping_ = true;
            for (const auto& connection : open_) connection->finish();
            all_ended_.wait_for(lock, grace, [this] { return open_.empty(); });
            for (const auto& connection : open_) connection->abort();
        }
        io_.stop();
        for (auto& thread : threads_) thread.join();
        threads_.clear();
    }

  private:
    void run() {
        // The coroutines let nothing escape; what does is a defect, and one request must not take the others
        // along.
        while (!io_.stopped()) {
            try {
                io_.run();
            } catch (const std::exception& error) {
                spdlog::error("http server: {}", error.what());
            }
        }
    }

    asio::awaitable<void> accept() {
        while (acceptor_.is_open()) {
            auto [error, socket] =
                co_await acceptor_.async_accept(asio::make_strand(io_), asio::as_tuple(asio::use_awaitable));
            if (!error) {
                admit(std::move(socket));
                continue;
            }
            if (error == asio::error::operation_aborted) co_return;
            // Out of descriptors or the like: take a breath instead of spinning.
            spdlog::warn("accept failed: {}", error.message());
            asio::steady_timer pause{acceptor_.get_executor(), std::chrono::milliseconds{50}};
            co_await pause.async_wait(asio::as_tuple(asio::use_awaitable));
        }
    }

    void admit(tcp::socket socket) {
        auto connection = std::make_shared<Connection>(std::move(socket), options_.limits, service_,
                                                       [this] { return make_request_id(); });
        bool room = false;
        {
            const std::scoped_lock lock{mutex_};
            // Beyond the limit a few are told so; a flood is just closed.
            const bool flood = open_.size() >= options_.limits.connections + turned_away_max;
            if (stopping_ || flood) return;
            room = open_.size() < options_.limits.connections;
            open_.insert(connection);
            service_.connections_changed(open_.size());
        }
        std::function<void()> ended = [this, raw = connection.get()] { forget(raw); };
        room ? connection->start(std::move(ended)) : connection->start_turned_away(std::move(ended));
    }

    void forget(const Connection* raw) {
        const std::scoped_lock lock{mutex_};
        std::erase_if(open_, [raw](const auto& connection) { return connection.get() == raw; });
        service_.connections_changed(open_.size());
        if (open_.empty()) all_ended_.notify_all();
    }

    std::string make_request_id() {
        return fmt::format("{}-{:08x}", request_id_prefix_,
                           next_request_.fetch_add(1, std::memory_order_relaxed));
    }

    ServerOptions options_;
    Service& service_;
    asio::io_context io_;
    tcp::acceptor acceptor_;
    std::vector<std::thread> threads_;
    std::uint16_t port_ = 0;
    std::string request_id_prefix_;
    std::atomic<std::uint64_t> next_request_{1};

    std::mutex mutex_;
    std::condition_variable all_ended_;
    bool stopping_ = false;
    std::set<std::shared_ptr<Connection>> open_;
};

Server::Server(ServerOptions options, Service& service)
    : impl_{std::make_unique<Impl>(std::move(options), service)} {}
Server::~Server() {
    impl_->stop(std::chrono::milliseconds{0});
}
void Server::start() {
    impl_->start();
}
std::uint16_t Server::port() const {
    return impl_->port();
}
void Server::post(std::function<void()> work) {
    impl_->post(std::move(work));
}
void Server::stop(std::chrono::milliseconds grace) {
    impl_->stop(grace);
}

}  // namespace callflex::http::inline server
