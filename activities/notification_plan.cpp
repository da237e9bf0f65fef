#include "activities/notification_plan.hpp"

#include <fmt/format.h>

#include "activities/database_text.hpp"
#include "activities/notification_texts.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

NotificationPlan plan_notifications(durable::TransactionalContext&, pqxx::work& tx, CallToReport input) {
    const auto rows = durable::exec(tx, sql::notification_recipients, input.call.organization_id,
                                    storable(input.call.started_at));
    if (rows.empty()) {
        throw durable::ApplicationError("OrganizationNotFound",
                                        "organization " + input.call.organization_id + " has no row",
                                        {.retryable = false});
    }
    NotificationPlan plan;
    for (const auto& row : rows) {
        if (row["channel"].is_null()) continue;
        const ReportedTo to{row["name"].as<std::string>(), row["local_time"].as<std::string>()};
        const auto channel = row["channel"].as<std::string>();
        const auto recipient = row["recipient"].as<std::string>();
        const std::string key = fmt::format("{}/{}/{}", input.call.call_id, channel, recipient);
        if (channel == "sms") {
            plan.sms.push_back({key, {recipient, sms_text(input, to)}});
        } else {
            plan.emails.push_back(
                {key, {recipient, email_subject(input, to), email_text(input, to), "call-processed"}});
        }
    }
    return plan;
}

durable::Nothing record_notifications(durable::TransactionalContext&, pqxx::work& tx,
                                      NotificationReport input) {
    const std::string notifications = storable(durable::encode(input.notifications));
    durable::exec(tx, sql::lock_messages, notifications);
    durable::exec(tx, sql::record_notifications, input.call.organization_id, input.call.call_id,
                  notifications);
    return {};
}

}  // namespace callflex::transactional
