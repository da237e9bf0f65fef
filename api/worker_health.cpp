#include "api/worker_health.hpp"

#include <prometheus/text_serializer.h>

namespace callflex {

http::Admission WorkerHealth::admit(const http::RequestHead& head, const std::string& request_id) {
    const bool known = head.path == "/healthz" || head.path == "/readyz" || head.path == "/metrics";
    if (!known) return {http::problem(404, "a worker has /healthz, /readyz and /metrics", request_id), 0};
    if (head.method != "GET") return {http::problem(405, "only GET", request_id), 0};
    return {std::nullopt, 0};
}

boost::asio::awaitable<http::Response> WorkerHealth::handle(http::Request request) {
    if (request.head.path == "/metrics") {
        http::Response response;
        response.content_type = "text/plain; version=0.0.4; charset=utf-8";
        response.body = prometheus::TextSerializer{}.Serialize(metrics_->Collect());
        co_return response;
    }
    if (request.head.path == "/readyz" && !is_ready_()) {
        co_return http::problem(503, "not registered with the database", request.request_id);
    }
    co_return http::json(200, R"({"status":"ok"})");
}

}  // namespace callflex
