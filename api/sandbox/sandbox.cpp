#include "api/sandbox/sandbox.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <thread>

#include "api/sandbox/outbox.hpp"
#include "api/sandbox/server.hpp"
#include "api/sandbox/town.hpp"

namespace callflex::sandbox {

class Sandbox::Impl {
  public:
    explicit Impl(const SandboxOptions& options)
        : address_(options.address),
          town_(options,
                [this, calls_back = options.calls_back](Letter letter) {
                    if (calls_back) post_letter(io_, std::move(letter));
                }),
          server_(io_, options.address, options.port, [this](const Ask& ask) { return town_.handle(ask); }),
          port_(server_.port()) {
        server_.start();
        thread_ = std::thread{[this] { io_.run(); }};
    }

    ~Impl() {
        io_.stop();
        thread_.join();
    }

    Impl(const Impl&) = delete;
    Impl& operator=(const Impl&) = delete;

    [[nodiscard]] int port() const { return port_; }
    [[nodiscard]] const std::string& address() const { return address_; }

  private:
    std::string address_;
    boost::asio::io_context io_{1};
    Town town_;      // the thread's
    Server server_;  // the thread's, once it runs
    int port_;
    std::thread thread_;
};

Sandbox::Sandbox(const SandboxOptions& options) : impl_(std::make_unique<Impl>(options)) {}

Sandbox::~Sandbox() = default;

int Sandbox::port() const {
    return impl_->port();
}

std::string Sandbox::url() const {
    return fmt::format("http://{}:{}", impl_->address(), impl_->port());
}

int run_sandbox(const SandboxOptions& options) {
    boost::asio::io_context signals{1};
    boost::asio::signal_set stop{signals, SIGINT, SIGTERM};
    const Sandbox sandbox{options};
    fmt::print("sandbox on {0}; its page is {0}/sandbox\n", sandbox.url());
    std::fflush(stdout);
    stop.async_wait([](const boost::system::error_code&, int) {});
    signals.run();
    return 0;
}

}  // namespace callflex::sandbox
