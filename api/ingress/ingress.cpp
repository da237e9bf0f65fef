#include "api/ingress/ingress.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>
#include <systemd/sd-daemon.h>
#include <csignal>

#include "api/http/server.hpp"
#include "api/ingress/credentials.hpp"
#include "api/ingress/group_committer.hpp"
#include "api/ingress/metrics.hpp"
#include "api/ingress/vapi_route.hpp"
#include "engine/client/client.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

namespace {

constexpr std::string_view vapi_prefix = "/api/webhooks/vapi/";

enum class Route : std::uint8_t { unknown, health, readiness, metrics, vapi };

Route route_of(std::string_view path) {
    if (path == "/healthz") return Route::health;
    if (path == "/readyz") return Route::readiness;
    if (path == "/metrics") return Route::metrics;
    const bool vapi = path.starts_with(vapi_prefix) && path.size() > vapi_prefix.size();
    return vapi && path.find('/', vapi_prefix.size()) == std::string_view::npos ? Route::vapi
                                                                                : Route::unknown;
}

std::string_view route_name(Route route) {
    switch (route) {
        case Route::unknown:
            return "unknown";
        case Route::health:
            return "healthz";
        case Route::readiness:
            return "readyz";
        case Route::metrics:
            return "metrics";
        case Route::vapi:
            return "vapi";
    }
    return "unknown";
}

/// "application/json", with or without "; charset=utf-8".
bool is_json(std::string_view content_type) {
    std::string lower{content_type.substr(0, content_type.find(';'))};
    while (lower.ends_with(' ')) lower.pop_back();
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    return lower == "application/json";
}

}  // namespace

class Ingress::Impl : public http::Service {
  public:
    explicit Impl(IngressOptions options)
        : options_{std::move(options)},
          client_{client_options(options_)},
          credentials_{options_},
          committer_{options_, client_, metrics_},
          vapi_{options_, credentials_, committer_, metrics_},
          server_{{options_.address, options_.port, options_.io_threads, options_.limits}, *this} {
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
    void stop() {
        // The server first: what it still answers needs the committer.
        server_.stop(options_.stop_grace);
        committer_.stop();
        credentials_.stop();
    }

    http::Admission admit(const http::RequestHead& head, const std::string& request_id) override {
        const Route route = route_of(head.path);
        if (route == Route::unknown)
            return {http::problem(404, "There is nothing at this path.", request_id)};
        const std::string_view method = route == Route::vapi ? "POST" : "GET";
        if (head.method != method) {
            http::Response response =
                http::problem(405, fmt::format("This path takes {}.", method), request_id);
            response.fields.emplace_back("Allow", method);
            return {std::move(response)};
        }
        if (route != Route::vapi) return {};
        if (head.count("content-encoding") != 0) {
            return {http::problem(415, "Compressed bodies are not accepted.", request_id)};
        }
        if (head.count("content-type") != 1 || !is_json(head.field("content-type"))) {
            return {http::problem(415, "The Content-Type must be application/json.", request_id)};
        }
        return {std::nullopt, options_.report_bytes};
    }

    asio::awaitable<http::Response> handle(http::Request request) override {
        const Route route = route_of(request.head.path);
        if (route == Route::vapi) {
            std::string organization = request.head.path.substr(vapi_prefix.size());
            co_return co_await vapi_.handle(std::move(request), std::move(organization));
        }
        if (route == Route::readiness) co_return co_await readiness(request.request_id);
        if (route == Route::health) co_return http::json(200, R"({"status":"ok"})");
        http::Response response = http::json(200, metrics_.text());
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        co_return response;
    }

    void answered(const http::RequestHead* head, const std::string& request_id, unsigned status,
                  std::chrono::microseconds took) override {
        const Route route = head == nullptr ? Route::unknown : route_of(head->path);
        metrics_.request(route_name(route), status, took);
        if (status >= 400) {
            spdlog::info("answered: request_id={} route={} status={} took_us={}", request_id,
                         route_name(route), status, took.count());
        }
    }

    void connections_changed(std::size_t open) override { metrics_.connections(open); }

  private:
    static durable::client::ClientOptions client_options(const IngressOptions& options) {
        durable::client::ClientOptions out;
        out.connection_string = options.database_url;
        return out;
    }

    asio::awaitable<http::Response> readiness(std::string request_id) {
        switch (co_await credentials_.readiness()) {
            case Readiness::ready:
                co_return http::json(200, R"({"status":"ready"})");
            case Readiness::database_away:
                co_return http::problem(503, "The database cannot be reached.", request_id);
            case Readiness::schema_differs:
                co_return http::problem(
                    503, "The database's schema is not this program's: run callflex migrate.", request_id);
        }
        co_return http::problem(503, "Unknown.", request_id);
    }

    IngressOptions options_;
    Metrics metrics_;
    durable::client::Client client_;
    CredentialStore credentials_;
    GroupCommitter committer_;
    VapiRoute vapi_;
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

namespace {

/// One descriptor a connection: the soft limit of most systems is below what we accept.
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) spdlog::warn("the limit of open files stays at its default");
}

}  // namespace

int run_ingress(const IngressOptions& options) {
    raise_descriptor_limit();
    // Blocked before any thread exists, so that only sigwait below sees them.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    Ingress ingress{options};
    ingress.start();
    sd_notify(0, "READY=1");
    int received = 0;
    sigwait(&signals, &received);
    sd_notify(0, "STOPPING=1");
    spdlog::info("stopping: no new connections; answering what is in flight");
    ingress.stop();
    return 0;
}

}  // namespace callflex::ingress
