#include "api/ingress/webhook_ledger.hpp"

#include "activities/http/encoding.hpp"
#include "api/ingress/columns.hpp"
#include "api/ingress/text.hpp"
#include "api_sql.hpp"

namespace callflex::ingress {

bool record_webhook(pqxx::transaction_base& tx, const ReceivedWebhook& webhook) {
    const char* organization = webhook.organization_id ? webhook.organization_id->c_str() : nullptr;
    const auto rows = tx.exec_params(
        std::string{api::sql::record_webhook}, webhook.vendor, storable(webhook.dedupe_key), organization,
        storable(webhook.event_type), bytea_text(webhook.body), webhook.headers_json,
        "\\x" + http::sha256_hex(webhook.body), webhook.outcome, format_time(webhook.received_at));
    return !rows.empty();
}

}  // namespace callflex::ingress
