#pragma once
// What is written down around each try: the gate before it, the record after it. Two short transactions, on threads
// and connections of the desk's own, because deliver_webhook must not block.

#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <mutex>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <variant>
#include <vector>

#include "activities/http/message.hpp"
#include "activities/secrets/secret_box.hpp"
#include "activities/webhooks/webhook_config.hpp"
#include "activities/webhooks/webhooks.hpp"

namespace callflex::webhooks {

/// A message ready to be sent.
struct Outgoing {
    std::string endpoint_id;
    std::string url;
    bool allow_http = false;
    std::string event_id;
    std::string event_type;
    std::string body;
    std::vector<std::string> secrets;
    std::vector<http::Header> headers;  ///< the customer's own
};

/// What came of a try.
struct Tried {
    WebhookAnswer answer;
    std::chrono::milliseconds latency{0};
    std::optional<std::string> excerpt;  ///< first bytes of the answer, escaped
};

class DeliveryDesk {
  public:
    struct Options {
        std::string connection_string;
        std::shared_ptr<const SecretBox> secrets;  ///< null: CALLFLEX_SECRETS_KEY is not set
        WebhookConfig config;
        int threads = 2;
        /// Told the address of the database, each time that a connection is made.
        std::function<void(const std::string&)> on_connected{};
    };
    explicit DeliveryDesk(Options options);
    ~DeliveryDesk();
    DeliveryDesk(const DeliveryDesk&) = delete;
    DeliveryDesk& operator=(const DeliveryDesk&) = delete;

    using Gate = std::variant<Outgoing, WebhookAnswer>;

    /// Either the message, with the attempt on record as under way; or why there is nothing to send, which is also
    /// the earlier answer of an attempt that is on record already. Throws ApplicationError, pqxx exceptions.
    boost::asio::awaitable<Gate> begin(WebhookAttempt attempt);
    /// Records what came of it, and its consequences for the endpoint's circuit. Returns the answer, which becomes
    /// `disabled` if this failure has disabled the endpoint. Throws pqxx exceptions.
    boost::asio::awaitable<WebhookAnswer> settle(WebhookAttempt attempt, std::string endpoint_id,
                                                 Tried tried);
    /// Nothing was sent after all.
    boost::asio::awaitable<void> withdraw(WebhookAttempt attempt);

  private:
    class Lease;
    [[nodiscard]] std::unique_ptr<pqxx::connection> connect() const;
    [[nodiscard]] Gate begin_now(const WebhookAttempt& attempt);
    [[nodiscard]] Gate decide(pqxx::work& tx, const WebhookAttempt& attempt) const;
    [[nodiscard]] WebhookAnswer settle_now(const WebhookAttempt& attempt, const std::string& endpoint_id,
                                           const Tried& tried);
    void withdraw_now(const WebhookAttempt& attempt);

    const Options options_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<pqxx::connection>> idle_;  // guarded by mutex_
    boost::asio::thread_pool threads_;
};

}  // namespace callflex::webhooks
