#pragma once
// The worker's HTTP port: /healthz (the process answers), /readyz (it is registered and may claim), /metrics.

#include <prometheus/registry.h>

#include <functional>
#include <memory>

#include "api/http/server.hpp"

namespace callflex {

/// Thread-safe, as the server asks for. The namespace is spelled out: activities have http types of their own.
class WorkerHealth : public http::server::Service {
  public:
    WorkerHealth(std::shared_ptr<prometheus::Registry> metrics, std::function<bool()> is_ready)
        : metrics_(std::move(metrics)), is_ready_(std::move(is_ready)) {}

    [[nodiscard]] http::server::Admission admit(const http::server::RequestHead& head,
                                                const std::string& request_id) override;
    [[nodiscard]] boost::asio::awaitable<http::server::Response> handle(
        http::server::Request request) override;
    void answered(const http::server::RequestHead*, const std::string&, unsigned,
                  std::chrono::microseconds) override {}
    void connections_changed(std::size_t) override {}

  private:
    std::shared_ptr<prometheus::Registry> metrics_;
    std::function<bool()> is_ready_;
};

}  // namespace callflex
