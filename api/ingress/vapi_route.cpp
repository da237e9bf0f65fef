#include "api/ingress/vapi_route.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <nlohmann/json.hpp>

#include "api/http/json_guard.hpp"
#include "api/ingress/transaction_runner.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

namespace {

constexpr std::string_view prefix = "/api/webhooks/vapi/";

/// What one request waits for. Everything but the submission itself happens on the connection's strand; the
/// timer is both the deadline and, when cancelled, the signal.
struct Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : timer{executor} {}
    asio::steady_timer timer;
    std::optional<Stored> stored;
};

/// The same for an unknown organization, a wrong secret and a disabled organization.
http::Response unauthenticated(std::string_view detail, std::string_view request_id) {
    http::Response response = http::problem(401, detail, request_id);
    response.fields.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

constexpr std::string_view not_authentic = "The request could not be authenticated.";

std::string headers_json(const http::RequestHead& head, const SignatureOptions& options) {
    nlohmann::json out = nlohmann::json::object();
    for (const auto& [name, value] : http::Fields{signature_fields(head, options)}) {
        // Field values may hold bytes that no JSON text and no column can.
        out[name] = http::is_utf8(value) ? value : "(not UTF-8)";
    }
    return out.dump();
}

/// Of a message that is an event: a status, a report, a line of the transcript.
InboundWebhook inbound(durable::Uuid organization, http::Request& request, VapiMessage& message,
                       durable::Timestamp received_at, const SignatureOptions& options) {
    InboundWebhook out;
    out.organization = organization;
    if (auto* report = std::get_if<CallReport>(&message)) {
        out.event_type = "end-of-call-report";
        out.message = std::move(*report);
    } else if (auto* line = std::get_if<TranscriptLine>(&message)) {
        out.event_type = "transcript";
        out.message = std::move(*line);
    } else {
        out.event_type = "status-update";
        out.message = std::move(std::get<CallStatus>(message));
    }
    out.dedupe_key = dedupe_key(organization, out.message);
    out.headers = headers_json(request.head, options);
    out.received_at = received_at;
    out.body = std::move(request.body);
    return out;
}

/// Somebody on the line waits for the answer.
bool is_question(const VapiMessage& message) {
    return std::holds_alternative<ToolCalls>(message) || std::holds_alternative<AssistantRequest>(message) ||
           std::holds_alternative<TransferRequest>(message);
}

}  // namespace

VapiRoute::VapiRoute(const IngressOptions& options, CredentialStore& credentials, GroupCommitter& committer,
                     Reception& reception, Metrics& metrics)
    : options_{options},
      credentials_{credentials},
      committer_{committer},
      reception_{reception},
      metrics_{metrics},
      events_limiter_{options.requests_per_minute},
      questions_limiter_{options.questions_per_minute} {}

bool VapiRoute::serves(std::string_view path) const {
    return !last_segment(path, prefix).empty();
}

asio::awaitable<http::Response> VapiRoute::handle(http::Request request) {
    const std::string& id = request.request_id;
    const std::string_view organization = last_segment(request.head.path, prefix);
    // What is no id at all is looked up as the nil id, which no organization has.
    const durable::Uuid tenant = durable::Uuid::parse(organization).value_or(durable::Uuid{});
    const auto credentials = co_await credentials_.find(tenant);
    if (!credentials) co_return unavailable("The database cannot be reached; please repeat the request.", id);
    if (auto refusal = refuse_stranger(request, *credentials)) co_return std::move(*refusal);

    if (const auto problem = http::refuse_json(request.body)) co_return http::problem(400, *problem, id);
    const auto received_at = std::chrono::floor<durable::Duration>(options_.now());
    VapiMessage message = read_vapi_message(request.body, received_at);
    if (const auto* bad = std::get_if<Malformed>(&message))
        co_return http::problem(bad->status, bad->problem, id);
    const bool report = std::holds_alternative<CallReport>(message);
    if (!report && request.body.size() > options_.body_bytes) {
        co_return http::problem(
            413, fmt::format("This message may have at most {} bytes.", options_.body_bytes), id);
    }
    const bool question = is_question(message);
    if (!report) {
        RateLimiter& limiter = question ? questions_limiter_ : events_limiter_;
        if (auto refusal = refuse_rate(limiter, tenant, request)) co_return std::move(*refusal);
    }
    if (question) co_return co_await answer(tenant, std::move(message), id);
    if (const auto* ignored = std::get_if<Ignored>(&message)) {
        metrics_.event(ignored->type);
        co_return http::json(200, "{}");
    }
    InboundWebhook webhook = inbound(tenant, request, message, received_at, options_.signature);
    metrics_.event(webhook.event_type);
    co_return co_await commit(std::move(webhook), id);
}

std::optional<http::Response> VapiRoute::refuse_stranger(const http::Request& request,
                                                         const Credentials& credentials) {
    std::vector<std::string> secrets = options_.platform_secrets;
    secrets.insert(secrets.end(), credentials.secrets.begin(), credentials.secrets.end());
    Verdict verdict = verify(request.head, request.body, secrets, options_.now(), options_.signature);
    std::string_view reason = ingress::name(verdict);
    if (!credentials.enabled && verdict != Verdict::not_signed) {
        verdict = Verdict::mismatch;
        reason = "organization";
    }
    if (verdict == Verdict::accepted) return std::nullopt;
    metrics_.authentication_refused(reason);
    spdlog::warn("sender refused: request_id={} reason={}", request.request_id, reason);
    if (verdict == Verdict::not_signed) {
        return unauthenticated("The request is not signed in a way that this endpoint accepts.",
                               request.request_id);
    }
    if (verdict == Verdict::stale) {
        return unauthenticated(
            fmt::format("The signature's timestamp is more than {} seconds away from our clock.",
                        options_.signature.tolerance.count()),
            request.request_id);
    }
    return unauthenticated(not_authentic, request.request_id);
}

asio::awaitable<http::Response> VapiRoute::answer(durable::Uuid organization, VapiMessage question,
                                                  std::string request_id) {
    if (auto* calls = std::get_if<ToolCalls>(&question)) {
        metrics_.event(calls->legacy ? "function-call" : "tool-calls");
        co_return co_await reception_.answer(organization, std::move(*calls), std::move(request_id));
    }
    if (auto* request = std::get_if<AssistantRequest>(&question)) {
        metrics_.event("assistant-request");
        co_return co_await reception_.answer(organization, std::move(*request), std::move(request_id));
    }
    metrics_.event("transfer-destination-request");
    co_return co_await reception_.answer(organization, std::move(std::get<TransferRequest>(question)),
                                         std::move(request_id));
}

std::optional<http::Response> VapiRoute::refuse_rate(RateLimiter& limiter, durable::Uuid organization,
                                                     const http::Request& request) {
    const auto wait = limiter.take(organization, std::chrono::steady_clock::now());
    if (!wait) return std::nullopt;
    metrics_.rate_limited();
    http::Response response = http::problem(
        429, fmt::format("More than {} requests a minute.", limiter.per_minute()), request.request_id);
    response.fields.emplace_back("Retry-After", std::to_string(wait->count()));
    return response;
}

asio::awaitable<http::Response> VapiRoute::commit(InboundWebhook webhook, std::string request_id) {
    const auto executor = co_await asio::this_coro::executor;
    auto waiter = std::make_shared<Waiter>(executor);
    waiter->timer.expires_after(options_.commit_patience);
    const std::string call = webhook.call().vapi_call_id;
    const bool report = std::holds_alternative<CallReport>(webhook.message);
    auto done = [waiter, executor](const Stored& stored) {
        asio::post(executor, [waiter, stored] {
            waiter->stored = stored;
            waiter->timer.cancel();
        });
    };
    if (!committer_.submit({std::move(webhook), std::move(done)})) {
        co_return unavailable("Too many requests are waiting; please repeat this one shortly.", request_id);
    }
    co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!waiter->stored)
        co_return unavailable("The database did not answer in time; please repeat.", request_id);
    const Stored& stored = *waiter->stored;
    if (stored.repeat) metrics_.repeat();
    spdlog::debug("webhook: request_id={} call={} result={} repeat={}", request_id, call,
                  static_cast<int>(stored.result), stored.repeat);
    switch (stored.result) {
        case Stored::Result::accepted:
            break;
        case Stored::Result::foreign:
            co_return unauthenticated(not_authentic, request_id);
        case Stored::Result::refused:
            co_return http::problem(422, "The message's data cannot be stored; it was kept for inspection.",
                                    request_id);
        case Stored::Result::unavailable:
            co_return unavailable("The message could not be stored now; please repeat the request.",
                                  request_id);
    }
    nlohmann::ordered_json body{{"call_id", stored.call_id}};
    if (report) body["workflow_id"] = workflow_id(call);
    co_return http::json(200, body.dump());
}

}  // namespace callflex::ingress
