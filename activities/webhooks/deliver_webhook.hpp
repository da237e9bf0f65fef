#pragma once
// The implementation of deliver_webhook: one HTTP exchange with a server that a customer has named, which may be
// anything. At most 64 KiB are read of its answer, nothing of it is interpreted, and two KiB are kept, escaped.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/http/client.hpp"
#include "activities/webhooks/delivery_desk.hpp"
#include "activities/webhooks/egress_guard.hpp"
#include "activities/webhooks/webhooks.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::webhooks {

/// Shared by all deliveries of the process. Has an HTTP client of its own: customers' servers and name servers are
/// kept apart from the vendors'.
struct Sender {
    WebhookConfig config;
    std::shared_ptr<DeliveryDesk> desk;
    std::shared_ptr<EgressGuard> guard;
    std::shared_ptr<Places> organizations;  ///< tries at once, by organization
    std::shared_ptr<http::Client> http;
};

struct SenderOptions {
    WebhookConfig config;
    std::string database_url;
    std::shared_ptr<const SecretBox> secrets;  ///< null: nothing can be signed, deliveries wait
    std::string ca_file{};                     ///< PEM, beside the system's authorities
    http::LookUp look_up{};                    ///< empty: parallel_look_up
};
/// Throws std::runtime_error when the certificates cannot be loaded.
[[nodiscard]] std::shared_ptr<Sender> make_sender(SenderOptions options);

/// Throws only for what is in our own way: ApplicationError, pqxx exceptions.
[[nodiscard]] boost::asio::awaitable<WebhookAnswer> deliver(std::shared_ptr<Sender> sender,
                                                            durable::ActivityContext& context,
                                                            WebhookAttempt attempt);

/// The request as it goes out. Throws http::BadUrl, SigningError.
[[nodiscard]] http::Request request_of(const Outgoing& message, const WebhookConfig& config,
                                       std::chrono::sys_seconds now);
/// Printable ASCII stays, everything else becomes \xNN; at most 2,048 characters.
[[nodiscard]] std::string excerpt_of(std::string_view body);

}  // namespace callflex::webhooks
