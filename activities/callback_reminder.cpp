#include "activities/callback_reminder.hpp"

#include <fmt/format.h>

#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

namespace {

std::string text_of(const CallbackReminder& callback) {
    const std::string who = callback.caller_name.empty()
                                ? callback.phone_number
                                : callback.caller_name + ", " + callback.phone_number;
    return fmt::format("Still waiting for your call back: {}. Reason: {}", who, callback.reason);
}

}  // namespace

ReminderMessages plan_reminder(durable::TransactionalContext&, pqxx::work& tx, CallbackReminder input) {
    ReminderMessages plan;
    for (const auto& row :
         durable::exec(tx, sql::reminder_recipients, input.organization_id, input.action_id)) {
        NotifyRequest message;
        message.organization_id = input.organization_id;
        message.channel = row["channel"].as<std::string>();
        message.recipient = row["recipient"].as<std::string>();
        message.key = fmt::format("{}/reminder/{}/{}", input.action_id, message.channel, message.recipient);
        message.subject = "A callback is still open";
        message.text = text_of(input);
        plan.messages.push_back(std::move(message));
    }
    return plan;
}

}  // namespace callflex::transactional
