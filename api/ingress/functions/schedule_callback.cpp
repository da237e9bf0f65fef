// scheduleCallback: somebody is promised a call; the owners are reminded if nobody has called by the next
// business morning, and hear of it at once when it is urgent.

#include <fmt/format.h>

#include "activities/spoken.hpp"
#include "api/ingress/functions/alerts.hpp"

namespace callflex::ingress::functions {

namespace {

struct Promise {
    std::string phone;
    std::string reason;
    std::string name;
    std::string preferred_time;
    std::string urgency;
};

std::string alert_text(const Promise& promise) {
    std::string text =
        fmt::format("Urgent callback: {} at {}. {}", promise.name.empty() ? "a caller" : promise.name,
                    promise.phone, promise.reason);
    if (!promise.preferred_time.empty()) text += fmt::format(" Preferred time: {}.", promise.preferred_time);
    return text;
}

CallbackReminder reminder(const Promise& promise, const Situation& situation) {
    const auto& own = situation.settings.business_hours;
    const BusinessHours hours = own ? *own : BusinessHours::nine_to_five();
    CallbackReminder out;
    out.organization_id = situation.organization_id;
    out.action_id = situation.action_id;
    out.caller_name = promise.name;
    out.phone_number = promise.phone;
    out.reason = promise.reason;
    // A business whose hours say that it never opens still has owners who made a promise.
    out.remind_at = hours.next_business_morning(situation.now, situation.zone)
                        .value_or(situation.now + std::chrono::days{1});
    return out;
}

std::string answer(const Promise& promise, bool alerted) {
    const std::string number = spoken_phone(promise.phone);
    if (alerted) {
        return fmt::format("I've marked it urgent and told the team; somebody will call you back at {}.",
                           number);
    }
    if (!promise.preferred_time.empty()) {
        return fmt::format(
            "Thank you. Somebody will call you back at {}, and I've noted that {} suits you best.", number,
            promise.preferred_time);
    }
    return fmt::format("Thank you. Somebody will call you back at {}.", number);
}

}  // namespace

Outcome schedule_callback(const Arguments& arguments, const Situation& situation) {
    Promise promise;
    promise.phone = arguments.phone("phoneNumber");
    if (promise.phone.empty()) return ask_again("Could I have the number again, with the area code?");
    promise.reason = arguments.text("reason", 600);
    if (promise.reason.empty()) return ask_again("What should the call be about, in a few words?");
    promise.name = arguments.text("callerName", 120);
    promise.preferred_time = arguments.text("preferredTime", 120);
    promise.urgency = arguments.option("urgency");
    if (promise.urgency.empty()) promise.urgency = "normal";
    if (promise.urgency != "low" && promise.urgency != "normal" && promise.urgency != "high") {
        return ask_again("How urgent is it: can it wait a few days, is tomorrow fine, or is it urgent?");
    }

    Outcome out;
    out.status = ActionStatus::pending;
    if (promise.urgency == "high") {
        out.messages = alert(situation, owner_numbers(situation), "Urgent callback", alert_text(promise));
    }
    out.reminder = reminder(promise, situation);
    out.line = answer(promise, !out.messages.empty());
    out.data = {{"phoneNumber", promise.phone}, {"reason", promise.reason},
                {"callerName", promise.name},   {"preferredTime", promise.preferred_time},
                {"urgency", promise.urgency},   {"alerted", out.messages.size()}};
    return out;
}

}  // namespace callflex::ingress::functions
