#include "activities/webhooks/deliver_webhook.hpp"

#include <fmt/format.h>

#include "activities/tenancy.hpp"
#include "activities/vendor_failure.hpp"
#include "activities/webhooks/endpoint_url.hpp"
#include "activities/webhooks/signing.hpp"

namespace callflex::webhooks {
namespace {

using boost::asio::awaitable;
using Verdict = WebhookVerdict;

constexpr std::size_t answer_bytes_max = std::size_t{64} << 10;
constexpr std::size_t excerpt_characters_max = 2048;
constexpr int look_up_threads = 16;
constexpr std::chrono::seconds crowded_wait{2};

std::chrono::sys_seconds clock_now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

/// Not a try: others are in the way. The next look is at a moment of the database's clock.
WebhookAnswer crowded(const durable::ActivityContext& context, std::string reason) {
    return {.verdict = Verdict::waiting,
            .reason = std::move(reason),
            .not_before = context.info().started_at + crowded_wait};
}

/// What may be shown to the endpoint's owner: our words, and the receiver's status; nothing that it said.
std::string reason_of(const http::Result& result) {
    if (result.response) return fmt::format("answered {}", result.status());
    return redact(result.reason);
}

Tried tried(const http::Result& result, std::chrono::milliseconds latency) {
    Tried tried;
    tried.latency = latency;
    tried.answer.verdict = result.ok() ? Verdict::delivered : Verdict::failed;
    if (result.response) {
        tried.answer.status = result.status();
        tried.excerpt = excerpt_of(result.response->body);
    }
    if (result.ok()) return tried;
    tried.answer.reason = reason_of(result);
    if (result.retry_after) tried.answer.retry_after = *result.retry_after;
    return tried;
}

Tried refused(std::string reason) {
    Tried tried;
    tried.answer = {.verdict = Verdict::failed, .reason = std::move(reason)};
    return tried;
}

struct Sent {
    http::Result result;
    std::chrono::milliseconds latency{0};
};

awaitable<Sent> send(std::shared_ptr<http::Client> client, http::Request request, std::stop_token stop) {
    const auto begin = std::chrono::steady_clock::now();
    http::Result result = co_await client->send(std::move(request), stop);
    const auto taken = std::chrono::steady_clock::now() - begin;
    co_return Sent{std::move(result), std::chrono::duration_cast<std::chrono::milliseconds>(taken)};
}

/// The request, or why this endpoint cannot be called as it is configured.
std::variant<http::Request, std::string> prepare(const Outgoing& message, const WebhookConfig& config) {
    try {
        return request_of(message, config, clock_now());
    } catch (const http::BadUrl& error) {
        return fmt::format("the endpoint's URL is not acceptable: {}", error.what());
    } catch (const SigningError& error) {
        return fmt::format("the message cannot be signed: {}", error.what());
    }
}

}  // namespace

std::shared_ptr<Sender> make_sender(SenderOptions options) {
    auto sender = std::make_shared<Sender>();
    sender->config = options.config;
    sender->guard = std::make_shared<EgressGuard>(options.config);
    sender->organizations = std::make_shared<Places>(options.config.per_organization);
    http::ClientOptions client{.extra_ca_file = options.ca_file};
    client.connect_timeout = options.config.timeout;
    client.look_up = options.look_up ? std::move(options.look_up) : parallel_look_up(look_up_threads);
    sender->http = std::make_shared<http::Client>(std::move(client));
    DeliveryDesk::Options desk{.connection_string = std::move(options.database_url),
                               .secrets = std::move(options.secrets),
                               .config = options.config};
    desk.on_connected = [guard = sender->guard](const std::string& address) { guard->deny(address); };
    sender->desk = std::make_shared<DeliveryDesk>(std::move(desk));
    return sender;
}

http::Request request_of(const Outgoing& message, const WebhookConfig& config, std::chrono::sys_seconds now) {
    http::Request request;
    request.method = "POST";
    request.url =
        endpoint_url(message.url, {.allow_http = message.allow_http, .allow_private = config.allow_private});
    request.headers = {
        {"Content-Type", "application/json"},
        {"webhook-id", message.event_id},
        {"webhook-timestamp", std::to_string(now.time_since_epoch().count())},
        {"webhook-signature", signatures(message.secrets, message.event_id, now, message.body)},
        {"X-Webhook-Event", message.event_type}};
    request.headers.insert(request.headers.end(), message.headers.begin(), message.headers.end());
    request.body = message.body;
    request.idempotent = true;  // the receiver knows a repeat by its id
    request.timeout = config.timeout;
    request.response_bytes_max = answer_bytes_max;
    request.cut_long_answers = true;
    return request;
}

std::string excerpt_of(std::string_view body) {
    std::string excerpt;
    for (const char c : body) {
        const bool printable = c >= 0x20 && c < 0x7f && c != '\\';
        const std::string piece =
            printable ? std::string{c} : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        if (excerpt.size() + piece.size() > excerpt_characters_max) break;
        excerpt += piece;
    }
    return excerpt;
}

awaitable<WebhookAnswer> deliver(std::shared_ptr<Sender> sender, durable::ActivityContext& context,
                                 WebhookAttempt attempt) {
    if (attempt.organization_id != context.info().tenant.value)
        throw durable::ApplicationError(
            "WrongTenant", "the delivery belongs to another organization than the run", {.retryable = false});
    const auto place = sender->organizations->take(attempt.organization_id);
    if (!place) co_return crowded(context, "too many tries for the organization at once");
    const DeliveryDesk::Gate gate = co_await sender->desk->begin(attempt);
    if (const auto* answer = std::get_if<WebhookAnswer>(&gate)) co_return *answer;

    const auto& message = std::get<Outgoing>(gate);
    auto prepared = prepare(message, sender->config);
    if (const auto* why = std::get_if<std::string>(&prepared))
        co_return co_await sender->desk->settle(attempt, message.endpoint_id, refused(*why));
    auto request = std::get<http::Request>(std::move(prepared));
    request.guard = sender->guard;
    request.timeout = time_left(context, request.timeout);
    const Sent sent = co_await send(sender->http, std::move(request), context.stop_token());
    if (sent.result.trouble == http::Trouble::busy) {
        co_await sender->desk->withdraw(attempt);
        co_return crowded(context, sent.result.reason);
    }
    // Asked to stop in the middle: what the receiver got is not known, and the attempt stays open for a repeat.
    if (sent.result.trouble == http::Trouble::canceled)
        throw durable::ApplicationError("Webhooks.interrupted", "asked to stop during the exchange");
    co_return co_await sender->desk->settle(attempt, message.endpoint_id, tried(sent.result, sent.latency));
}

}  // namespace callflex::webhooks
