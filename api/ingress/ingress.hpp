#pragma once
// The way in: webhooks become rows and workflows. One process, or one object in a test.
//
//   Ingress ingress{options};   // throws when the configuration cannot work
//   ingress.start();            // listens; throws when the address cannot be had
//   ... ingress.port() ...
//   ingress.stop();             // answers what is in flight, then ends; also done by the destructor

#include <cstdint>
#include <functional>
#include <memory>

#include "api/ingress/options.hpp"

namespace callflex::ingress {

class Ingress {
  public:
    explicit Ingress(IngressOptions options);
    ~Ingress();
    Ingress(const Ingress&) = delete;
    Ingress& operator=(const Ingress&) = delete;

    void start();
    [[nodiscard]] std::uint16_t port() const;
    void stop();
    /// As http::Server::post.
    void post(std::function<void()> work);
    /// For /metrics. Thread-safe.
    void log_lines_dropped(std::uint64_t lines);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

/// Serves until SIGTERM or SIGINT, then stops gracefully; tells systemd READY and STOPPING. Returns the exit
/// code.
[[nodiscard]] int run_ingress(const IngressOptions& options);

}  // namespace callflex::ingress
