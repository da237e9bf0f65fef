#include "api/ingress/twilio_route.hpp"

#include <spdlog/spdlog.h>

#include "activities/notify.hpp"
#include "activities/tenancy.hpp"
#include "api/ingress/form.hpp"
#include "api/ingress/twilio_signature.hpp"
#include "api/ingress/webhook_ledger.hpp"
#include "api_sql.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

/// Of an sms-status callback.
struct SmsStatus {
    std::string message_sid;
    std::string status;
    std::string error_code;
    std::optional<durable::RunId> run;  ///< who sent it: from our own mark in the callback's URL
};

namespace {

http::Response no_content() {
    http::Response response;
    response.status = 204;
    return response;
}

/// `op` is "<run>/<activity>", the idempotency key of the attempt that sent the message.
std::optional<durable::RunId> run_of(std::string_view query) {
    const auto form = read_form(query);
    if (!form) return std::nullopt;
    const std::string op = value_of(*form, "op");
    const auto run = durable::Uuid::parse(op.substr(0, op.find('/')));
    return run ? std::optional{durable::RunId{*run}} : std::nullopt;
}

/// Whose message it is, told by the run that sent it: the row of a message may not be there yet, and whoever
/// writes it looks for what was reported before.
std::optional<std::string> organization_of(pqxx::work& tx, const SmsStatus& sms) {
    if (!sms.run) return std::nullopt;
    durable::client::RunRef run;
    run.run = sms.run;
    const auto info = durable::store::describe(tx, run);
    if (!info || !durable::Uuid::parse(info->tenant.value)) return std::nullopt;
    return info->tenant.value;
}

void apply(pqxx::work& tx, durable::client::Client& client, const SmsStatus& sms) {
    DeliveryStatus report{sms.message_sid, sms.status, sms.error_code};
    const std::string status = notification_status(sms.status);
    if (status == "sent") return;  // nothing that was not known when it was sent
    const std::string error =
        sms.error_code.empty() ? "the carrier did not deliver it" : "Twilio." + sms.error_code;
    tx.exec_params(std::string{api::sql::move_delivery_status}, sms.message_sid, status,
                   status == "delivered" ? nullptr : error.c_str());
    if (!sms.run) return;
    // The run may have ended, or be one that does not care: the row above is what counts then.
    durable::client::RunRef run;
    run.run = sms.run;
    (void)client.signal(tx, run, std::string{delivery_status.name}, durable::encode(report),
                        sms.message_sid + ":" + sms.status);
}

}  // namespace

std::string_view TwilioRoute::name() const {
    return kind_ == Kind::sms_status ? "twilio_sms_status" : "twilio_status";
}

bool TwilioRoute::serves(std::string_view path) const {
    return path ==
           (kind_ == Kind::sms_status ? "/api/webhooks/twilio/sms-status" : "/api/webhooks/twilio/status");
}

asio::awaitable<http::Response> TwilioRoute::handle(http::Request request) {
    const std::string& id = request.request_id;
    const auto form = read_form(request.body);
    const std::string target =
        request.head.query.empty() ? request.head.path : request.head.path + "?" + request.head.query;
    const std::string_view signature = request.head.field("x-twilio-signature");
    const bool authentic =
        form && request.head.count("x-twilio-signature") == 1 &&
        is_from_twilio(signature, options_.public_url + target, *form, options_.twilio_auth_tokens);
    if (!authentic) {
        metrics_.authentication_refused("twilio");
        spdlog::warn("sender refused: request_id={} reason=twilio", id);
        co_return http::problem(401, "The request could not be authenticated.", id);
    }
    if (kind_ == Kind::call_status) {
        const std::string sid = value_of(*form, "CallSid");
        const std::string status = value_of(*form, "CallStatus");
        if (sid.empty() || status.empty())
            co_return http::problem(400, "CallSid and CallStatus are required.", id);
        co_return co_await transactions_.run(call_job(request, sid, status), id);
    }
    SmsStatus sms{value_of(*form, "MessageSid"), value_of(*form, "MessageStatus"),
                  value_of(*form, "ErrorCode"), run_of(request.head.query)};
    if (sms.message_sid.empty() || sms.status.empty())
        co_return http::problem(400, "MessageSid and MessageStatus are required.", id);
    co_return co_await transactions_.run(sms_job(request, sms), id);
}

TransactionRunner::Job TwilioRoute::sms_job(const http::Request& request, const SmsStatus& sms) {
    ReceivedWebhook webhook{.vendor = "twilio",
                            .dedupe_key = sms.message_sid + ":" + sms.status,
                            .organization_id = std::nullopt,
                            .event_type = "sms-status",
                            .body = request.body,
                            .received_at = std::chrono::floor<durable::Duration>(options_.now())};
    return [this, webhook = std::move(webhook), sms](pqxx::work& tx) {
        act_for_everybody(tx);  // the message's id is all that Twilio tells
        tx.exec_params(std::string{api::sql::lock_message}, sms.message_sid);
        ReceivedWebhook recorded = webhook;
        recorded.organization_id = organization_of(tx, sms);
        if (record_webhook(tx, recorded)) {
            apply(tx, client_, sms);
        } else {
            metrics_.repeat();
        }
        return no_content();
    };
}

TransactionRunner::Job TwilioRoute::call_job(const http::Request& request, const std::string& call_sid,
                                             const std::string& status) {
    ReceivedWebhook webhook{.vendor = "twilio",
                            .dedupe_key = call_sid + ":" + status,
                            .organization_id = std::nullopt,
                            .event_type = "call-status",
                            .body = request.body,
                            .received_at = std::chrono::floor<durable::Duration>(options_.now())};
    return [this, webhook = std::move(webhook)](pqxx::work& tx) {
        act_for_everybody(tx);
        if (!record_webhook(tx, webhook)) metrics_.repeat();
        return no_content();
    };
}

}  // namespace callflex::ingress
