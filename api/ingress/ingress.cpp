#include "api/ingress/ingress.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <vector>

#include "api/daemon_log.hpp"
#include "api/http/server.hpp"
#include "api/ingress/credentials.hpp"
#include "api/ingress/group_committer.hpp"
#include "api/ingress/integration_route.hpp"
#include "api/ingress/live_route.hpp"
#include "api/ingress/metrics.hpp"
#include "api/ingress/reception.hpp"
#include "api/ingress/route.hpp"
#include "api/ingress/stripe_route.hpp"
#include "api/ingress/transaction_runner.hpp"
#include "api/ingress/twilio_route.hpp"
#include "api/ingress/vapi_route.hpp"
#include "api/private_memory.hpp"
#include "api/stop_signals.hpp"
#include "engine/client/client.hpp"
#include "engine/worker/service_manager.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

namespace {

/// GET /metrics, in Prometheus' text form.
class MetricsRoute : public Route {
  public:
    explicit MetricsRoute(const Metrics& metrics) : metrics_{metrics} {}
    [[nodiscard]] std::string_view name() const override { return "metrics"; }
    [[nodiscard]] bool serves(std::string_view path) const override { return path == "/metrics"; }
    [[nodiscard]] std::string_view method() const override { return "GET"; }
    [[nodiscard]] Content content() const override { return Content::none; }
    [[nodiscard]] std::size_t body_max() const override { return 0; }
    [[nodiscard]] asio::awaitable<http::Response> handle(http::Request) override {
        http::Response response = http::json(200, metrics_.text());
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        co_return response;
    }

  private:
    const Metrics& metrics_;
};

/// GET /healthz: the process answers. GET /readyz: the database can be reached and has this program's schema.
class HealthRoute : public Route {
  public:
    HealthRoute(CredentialStore& credentials, bool readiness)
        : credentials_{credentials}, readiness_{readiness} {}
    [[nodiscard]] std::string_view name() const override { return readiness_ ? "readyz" : "healthz"; }
    [[nodiscard]] bool serves(std::string_view path) const override {
        return path == (readiness_ ? "/readyz" : "/healthz");
    }
    [[nodiscard]] std::string_view method() const override { return "GET"; }
    [[nodiscard]] Content content() const override { return Content::none; }
    [[nodiscard]] std::size_t body_max() const override { return 0; }
    [[nodiscard]] asio::awaitable<http::Response> handle(http::Request request) override {
        if (!readiness_) co_return http::json(200, R"({"status":"ok"})");
        switch (co_await credentials_.readiness()) {
            case Readiness::ready:
                co_return http::json(200, R"({"status":"ready"})");
            case Readiness::database_away:
                co_return http::problem(503, "The database cannot be reached.", request.request_id);
            case Readiness::schema_differs:
                co_return http::problem(503,
                                        "The database's schema is not this program's: run callflex migrate.",
                                        request.request_id);
        }
        co_return http::problem(503, "Unknown.", request.request_id);
    }

  private:
    CredentialStore& credentials_;
    bool readiness_;
};

}  // namespace

class Ingress::Impl : public http::Service {
  public:
    explicit Impl(IngressOptions options)
        : options_{std::move(options)},
          client_{client_options(options_)},
          credentials_{options_},
          committer_{options_, client_, metrics_},
          transactions_{options_, client_, metrics_},
          reception_{options_, client_, metrics_},
          feed_{options_},
          server_{{options_.address, options_.port, options_.io_threads, options_.limits}, *this} {
        routes_.push_back(std::make_unique<HealthRoute>(credentials_, false));
        routes_.push_back(std::make_unique<HealthRoute>(credentials_, true));
        routes_.push_back(std::make_unique<MetricsRoute>(metrics_));
        routes_.push_back(
            std::make_unique<VapiRoute>(options_, credentials_, committer_, reception_, metrics_));
        for (const auto kind : {TwilioRoute::Kind::sms_status, TwilioRoute::Kind::call_status}) {
            routes_.push_back(
                std::make_unique<TwilioRoute>(kind, options_, client_, transactions_, metrics_));
        }
        routes_.push_back(std::make_unique<StripeRoute>(options_, client_, transactions_, metrics_));
        routes_.push_back(std::make_unique<LiveRoute>(options_, feed_, metrics_));
        routes_.push_back(
            std::make_unique<IntegrationRoute>(options_, credentials_, client_, transactions_, metrics_));
        if (options_.platform_secrets.empty() && options_.secrets_key.empty()) {
            spdlog::error(
                "no webhook secret can be known: set VAPI_WEBHOOK_SECRET or CALLFLEX_SECRETS_KEY; until then "
                "every webhook is refused");
        }
    }

    void start() {
        server_.start();
        spdlog::info("ingress listens on {}:{}", options_.address, server_.port());
    }
    [[nodiscard]] std::uint16_t port() const { return server_.port(); }
    void post(std::function<void()> work) { server_.post(std::move(work)); }
    void log_lines_dropped(std::uint64_t lines) { metrics_.log_lines_dropped(lines); }
    void stop() {
        // Streams end with the feed; then the server, because what it still answers needs the committers.
        feed_.stop();
        server_.stop(options_.stop_grace);
        committer_.stop();
        transactions_.stop();
        reception_.stop();
        credentials_.stop();
    }

    http::Admission admit(const http::RequestHead& head, const std::string& request_id) override {
        const Route* route = route_of(head.path);
        if (route == nullptr) return {http::problem(404, "There is nothing at this path.", request_id)};
        if (auto refusal = refuse_head(*route, head, request_id)) return {std::move(refusal)};
        return {std::nullopt, route->body_max()};
    }

    asio::awaitable<http::Response> handle(http::Request request) override {
        co_return co_await route_of(request.head.path)->handle(std::move(request));
    }

    void answered(const http::RequestHead* head, const std::string& request_id, unsigned status,
                  std::chrono::microseconds took) override {
        const Route* route = head == nullptr ? nullptr : route_of(head->path);
        const std::string_view name = route == nullptr ? "unknown" : route->name();
        metrics_.request(name, status, took);
        if (status >= 400) {
            spdlog::info("answered: request_id={} route={} status={} took_us={}", request_id, name, status,
                         took.count());
        }
    }

    void connections_changed(std::size_t open) override { metrics_.connections(open); }

  private:
    static durable::client::ClientOptions client_options(const IngressOptions& options) {
        durable::client::ClientOptions out;
        out.connection_string = options.database_url;
        out.payloads = options.payloads;
        return out;
    }

    /// Null when there is nothing at the path.
    [[nodiscard]] Route* route_of(std::string_view path) const {
        const auto route =
            std::ranges::find_if(routes_, [path](const auto& one) { return one->serves(path); });
        return route == routes_.end() ? nullptr : route->get();
    }

    IngressOptions options_;
    Metrics metrics_;
    durable::client::Client client_;
    CredentialStore credentials_;
    GroupCommitter committer_;
    TransactionRunner transactions_;
    Reception reception_;
    LiveFeed feed_;
    std::vector<std::unique_ptr<Route>> routes_;
    http::Server server_;
};

Ingress::Ingress(IngressOptions options) : impl_{std::make_unique<Impl>(std::move(options))} {}
Ingress::~Ingress() {
    impl_->stop();
}
void Ingress::start() {
    impl_->start();
}
std::uint16_t Ingress::port() const {
    return impl_->port();
}
void Ingress::stop() {
    impl_->stop();
}
void Ingress::post(std::function<void()> work) {
    impl_->post(std::move(work));
}
void Ingress::log_lines_dropped(std::uint64_t lines) {
    impl_->log_lines_dropped(lines);
}

namespace {

/// One descriptor a connection: the soft limit of most systems is below what we accept.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("the limit of open files stays at its default");
}

/// The watchdog's pulse comes from the loop that serves: one from here alone would prove nothing. The database's health
/// is no part of it, because a restart would not mend that.
void serve_until(const StopSignals& signals, Ingress& ingress, durable::worker::ServiceManager& service,
                 DaemonLog& log) {
    const auto moved = std::make_shared<std::atomic<bool>>(false);
    while (!signals.came_within(std::chrono::seconds{1})) {
        if (moved->exchange(false)) service.alive(std::chrono::steady_clock::now());
        ingress.post([moved] { moved->store(true); });
        const std::uint64_t dropped = log.tend();
        if (dropped == 0) continue;
        ingress.log_lines_dropped(dropped);
        spdlog::warn("log lines dropped: lines={}", dropped);
    }
}

}  // namespace

int run_ingress(const IngressOptions& options) {
    keep_memory_private();
    raise_descriptor_limit();
    const StopSignals signals;
    DaemonLog log{"", STDOUT_FILENO};
    spdlog::set_default_logger(log.logger());
    durable::worker::ServiceManager service;
    Ingress ingress{options};
    ingress.start();
    service.ready(fmt::format("listens on {}:{}", options.address, ingress.port()));
    serve_until(signals, ingress, service, log);
    service.stopping(options.stop_grace);
    spdlog::info("stopping: no new connections; answering what is in flight");
    ingress.stop();
    return 0;
}

}  // namespace callflex::ingress
