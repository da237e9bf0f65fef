#include "activities/webhooks/delivery_desk.hpp"

#include <sys/socket.h>
#include <boost/asio/ip/tcp.hpp>

#include "activities/database_text.hpp"
#include "activities/on_thread.hpp"
#include "activities/tenancy.hpp"
#include "activities/webhooks/custom_headers.hpp"
#include "activities/webhooks/endpoints.hpp"
#include "activities/webhooks/row_values.hpp"
#include "activities/webhooks/sealed_text.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::webhooks {
namespace {

namespace asio = boost::asio;
using Verdict = WebhookVerdict;

std::string peer_of(const pqxx::connection& connection) {
    asio::ip::tcp::endpoint endpoint;
    auto size = static_cast<socklen_t>(endpoint.capacity());
    if (::getpeername(connection.sock(), reinterpret_cast<sockaddr*>(endpoint.data()), &size) != 0) return {};
    const int family = endpoint.data()->sa_family;
    return family == AF_INET || family == AF_INET6 ? endpoint.address().to_string() : std::string{};
}

/// What an attempt that is on record has come to.
WebhookAnswer recorded(const pqxx::row& row) {
    WebhookAnswer answer;
    answer.verdict = row["outcome"].as<std::string>() == "delivered" ? Verdict::delivered : Verdict::failed;
    answer.status = optional_of<int>(row["status_code"]);
    answer.reason = row["error"].is_null() ? "" : row["error"].as<std::string>();
    return answer;
}

std::optional<WebhookAnswer> nothing_to_send(const pqxx::row& row) {
    const auto status = row["status"].as<std::string>();
    if (status == "delivered") return WebhookAnswer{.verdict = Verdict::delivered};
    const bool on_record = !row["outcome"].is_null() && row["outcome"].as<std::string>() != "under way";
    if (on_record) return recorded(row);
    if (row["endpoint_status"].as<std::string>() == "disabled")
        return WebhookAnswer{.verdict = Verdict::disabled,
                             .reason = "endpoint disabled: " + row["disabled_reason"].as<std::string>()};
    return std::nullopt;
}

Outgoing message_of(const pqxx::row& row) {
    return {.endpoint_id = row["endpoint_id"].as<std::string>(),
            .url = row["url"].as<std::string>(),
            .allow_http = row["allow_http"].as<bool>(),
            .event_id = row["event_id"].as<std::string>(),
            .event_type = row["event_type"].as<std::string>(),
            .body = row["body"].as<std::string>(),
            .secrets = {},
            .headers = {}};
}

WebhookAnswer circuit_open(const pqxx::field& until) {
    const auto moment = *moment_of(until);
    return {.verdict = Verdict::waiting,
            .reason = "circuit open until " + durable::to_string(moment),
            .not_before = moment};
}

std::int64_t seconds(std::chrono::seconds duration) {
    return duration.count();
}

}  // namespace

/// A connection for one transaction; a broken one is not kept.
class DeliveryDesk::Lease {
  public:
    Lease(DeliveryDesk& desk, const std::string& organization_id) : desk_(desk) {
        {
            const std::lock_guard lock{desk_.mutex_};
            if (!desk_.idle_.empty()) {
                connection_ = std::move(desk_.idle_.back());
                desk_.idle_.pop_back();
            }
        }
        if (!connection_ || !connection_->is_open()) connection_ = desk_.connect();
        tx_.emplace(*connection_, durable::planned);
        act_for(*tx_, organization_id);
    }
    ~Lease() {
        tx_.reset();
        if (!committed_) return;
        const std::lock_guard lock{desk_.mutex_};
        desk_.idle_.push_back(std::move(connection_));
    }
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    [[nodiscard]] pqxx::work& tx() { return *tx_; }
    void commit() {
        tx_->commit();
        committed_ = true;
    }

  private:
    DeliveryDesk& desk_;
    std::unique_ptr<pqxx::connection> connection_;
    std::optional<pqxx::work> tx_;
    bool committed_ = false;
};

DeliveryDesk::DeliveryDesk(Options options)
    : options_(std::move(options)), threads_(static_cast<std::size_t>(options_.threads)) {}

DeliveryDesk::~DeliveryDesk() {
    threads_.join();
}

std::unique_ptr<pqxx::connection> DeliveryDesk::connect() const {
    auto connection = std::make_unique<pqxx::connection>(options_.connection_string);
    // Plans are kept, and may have been made while a table was empty.
    connection->set_variable("enable_seqscan", "off");
    if (options_.on_connected) options_.on_connected(peer_of(*connection));
    return connection;
}

asio::awaitable<DeliveryDesk::Gate> DeliveryDesk::begin(WebhookAttempt attempt) {
    const auto work = [this, attempt] { return begin_now(attempt); };
    co_return co_await on_thread(threads_, work);
}

asio::awaitable<WebhookAnswer> DeliveryDesk::settle(WebhookAttempt attempt, std::string endpoint_id,
                                                    Tried tried) {
    const auto work = [this, attempt, endpoint_id, tried] { return settle_now(attempt, endpoint_id, tried); };
    co_return co_await on_thread(threads_, work);
}

asio::awaitable<void> DeliveryDesk::withdraw(WebhookAttempt attempt) {
    const auto work = [this, attempt] { withdraw_now(attempt); };
    co_await on_thread(threads_, work);
}

DeliveryDesk::Gate DeliveryDesk::begin_now(const WebhookAttempt& attempt) {
    if (!options_.secrets)
        throw durable::ApplicationError("Webhooks.not_configured",
                                        "set CALLFLEX_SECRETS_KEY for the workers");
    Lease lease{*this, attempt.organization_id};
    Gate gate = decide(lease.tx(), attempt);
    lease.commit();
    return gate;
}

DeliveryDesk::Gate DeliveryDesk::decide(pqxx::work& tx, const WebhookAttempt& attempt) const {
    const auto rows = durable::exec(tx, sql::webhook_find_delivery, attempt.organization_id,
                                    attempt.delivery_id, attempt.attempt);
    if (rows.empty()) return WebhookAnswer{.verdict = Verdict::removed, .reason = "the endpoint was removed"};
    const auto& row = rows[0];
    if (auto answer = nothing_to_send(row)) return *answer;
    if (row["open"].as<bool>()) return circuit_open(row["open_until"]);

    const auto endpoint_id = row["endpoint_id"].as<std::string>();
    if (row["tripped"].as<bool>()) {
        const auto probe = durable::exec(tx, sql::webhook_claim_probe, attempt.organization_id, endpoint_id,
                                         2 * seconds(options_.config.timeout));
        if (probe.empty())
            return circuit_open(
                durable::exec1(tx, sql::webhook_circuit, attempt.organization_id, endpoint_id)[0]);
    }
    Outgoing message = message_of(row);
    message.secrets = active_secrets(tx, *options_.secrets, attempt.organization_id, endpoint_id);
    if (!row["headers_ciphertext"].is_null()) {
        const SealedSecret sealed{from_hex(row["headers_ciphertext"].as<std::string>()),
                                  row["headers_key_id"].as<std::string>()};
        message.headers = custom_headers_from(
            options_.secrets->open(sealed, headers_context(attempt.organization_id, endpoint_id)));
    }
    durable::exec(tx, sql::webhook_begin_attempt, attempt.organization_id, attempt.delivery_id,
                  attempt.attempt);
    return message;
}

WebhookAnswer DeliveryDesk::settle_now(const WebhookAttempt& attempt, const std::string& endpoint_id,
                                       const Tried& tried) {
    WebhookAnswer answer = tried.answer;
    const bool delivered = answer.verdict == Verdict::delivered;
    const bool gone = answer.status == 410;
    std::optional<std::string> next;
    if (!delivered && attempt.next_wait && !gone)
        next = std::to_string(
            std::max(*attempt.next_wait, answer.retry_after.value_or(durable::Duration{0})).count());
    std::optional<std::string> status;
    if (answer.status) status = std::to_string(*answer.status);

    Lease lease{*this, attempt.organization_id};
    pqxx::work& tx = lease.tx();
    const std::string reason = storable(answer.reason);
    durable::exec(tx, sql::webhook_settle_attempt, attempt.organization_id, attempt.delivery_id,
                  attempt.attempt, delivered ? "delivered" : "failed", or_null(status),
                  static_cast<int>(tried.latency.count()), delivered ? nullptr : reason.c_str(),
                  or_null(tried.excerpt), or_null(next));
    if (delivered) {
        durable::exec(tx, sql::webhook_endpoint_succeeded, attempt.organization_id, endpoint_id);
    } else {
        const WebhookConfig& config = options_.config;
        const auto after = durable::exec(
            tx, sql::webhook_endpoint_failed, attempt.organization_id, endpoint_id, config.circuit_failures,
            seconds(config.circuit), seconds(config.circuit_max),
            static_cast<std::int64_t>(config.disable.count()), gone ? "it answered 410 Gone" : nullptr);
        if (!after.empty() && after[0]["status"].as<std::string>() == "disabled") {
            answer.verdict = Verdict::disabled;
            answer.reason += "; endpoint disabled: " + after[0]["disabled_reason"].as<std::string>();
        }
    }
    lease.commit();
    return answer;
}

void DeliveryDesk::withdraw_now(const WebhookAttempt& attempt) {
    Lease lease{*this, attempt.organization_id};
    durable::exec(lease.tx(), sql::webhook_withdraw_attempt, attempt.organization_id, attempt.delivery_id,
                  attempt.attempt);
    lease.commit();
}

}  // namespace callflex::webhooks
