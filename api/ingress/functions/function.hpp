#pragma once
// The functions that the AI may call during a call: each is a pure function from what was asked, and what is
// known of the business and the call, to what the caller hears and what has to happen. Nothing here touches
// the database: the desk (function_desk.hpp) writes the action and starts the effects, all in one
// transaction.

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "activities/callback_reminder.hpp"
#include "activities/live_transfer.hpp"
#include "activities/notify.hpp"
#include "activities/organization_settings.hpp"
#include "activities/time_zone.hpp"
#include "api/ingress/functions/arguments.hpp"

namespace callflex::ingress::functions {

/// Who is asked, and when.
struct Situation {
    std::string organization_id;
    std::string business;  ///< its name
    TimeZone zone = TimeZone::utc();
    OrganizationSettings settings;
    std::string action_id;               ///< of the action that this becomes
    std::optional<std::string> call_id;  ///< app.calls.id, when the call is known already
    std::string caller_number;           ///< E.164, or "" when withheld
    std::string control_url;             ///< allowed by the configuration; "" when the call cannot be steered
    durable::Timestamp now;
};

enum class ActionStatus : std::uint8_t {
    pending,    ///< somebody, or a workflow, still has to do something
    completed,  ///< nothing is left to do
    refused,    ///< nothing was done: the caller is asked again, or told why not
};
[[nodiscard]] std::string_view name(ActionStatus status);

struct Outcome {
    ActionStatus status = ActionStatus::refused;
    std::string line;  ///< what the AI is to say; one line
    /// The AI has to change its course: the line goes into `error` instead of `result`.
    bool error = false;
    nlohmann::json data = nlohmann::json::object();  ///< what is kept of it
    std::vector<NotifyRequest> messages{};
    std::optional<CallbackReminder> reminder{};
    std::optional<LiveTransfer> transfer{};
};

/// The caller is asked again: nothing is done.
[[nodiscard]] Outcome ask_again(std::string question);

using Function = Outcome (*)(const Arguments& arguments, const Situation& situation);
/// Null for a name that is no function.
[[nodiscard]] Function find_function(std::string_view name);

[[nodiscard]] Outcome transfer_call(const Arguments& arguments, const Situation& situation);
[[nodiscard]] Outcome log_driver_callout(const Arguments& arguments, const Situation& situation);
[[nodiscard]] Outcome schedule_callback(const Arguments& arguments, const Situation& situation);
[[nodiscard]] Outcome take_message(const Arguments& arguments, const Situation& situation);
[[nodiscard]] Outcome book_appointment(const Arguments& arguments, const Situation& situation);

}  // namespace callflex::ingress::functions
