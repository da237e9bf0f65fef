#pragma once
// Who answers a call that comes in: phone_numbers.routing, rules by schedule of which the first that fits
// wins.
//
//   [{"when": "closed", "say": "We are closed. Please call again tomorrow."},
//    {"when": "open", "hours": {"monday": ["12:00-13:00"]}, "transfer_to": "dispatch"},
//    {"assistant_id": "0199f0a4-..."}]
//
// `when` is open, closed or always (when it is not said), by the rule's own hours or else the business'
// hours; a business without hours is always open. No rule fits, or its assistant cannot answer: the number's
// own assistant does. Pure.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "activities/organization_settings.hpp"

namespace callflex {

struct RouteToAssistant {
    std::string assistant_id;  ///< app.assistants.id
};
struct RouteToPerson {
    TransferTarget target = TransferTarget::dispatch;
};
struct RouteToAnnouncement {
    std::string text;  ///< spoken, then the call ends
};

struct RoutingRule {
    enum class When : std::uint8_t { always, open, closed };
    When when = When::always;
    std::optional<BusinessHours> hours;
    std::variant<RouteToAssistant, RouteToPerson, RouteToAnnouncement> then;
};

struct RoutingReading {
    std::vector<RoutingRule> rules;     ///< without those in `problems`
    std::vector<std::string> problems;  ///< "routing[1].when: expected ..."
};
[[nodiscard]] RoutingReading read_routing(std::string_view json);

/// Everything the decision depends on.
struct IncomingLine {
    std::string organization_status;  ///< trialing, active, past_due, restricted, canceled
    std::string business;
    OrganizationSettings settings;
    TimeZone zone = TimeZone::utc();
    bool number_known = false;  ///< the number that was called is the organization's, and active
    std::vector<RoutingRule> routing;
    std::string assistant_id;                       ///< the number's own; "" when it has none
    std::map<std::string, std::string> assistants;  ///< those that may answer: id -> VAPI's id
    std::int64_t included_minutes = 0;
    std::int64_t used_minutes = 0;
};

struct AnswerByAssistant {
    std::string vapi_assistant_id;
};
struct AnswerByPerson {
    std::string number;  ///< E.164
    std::string message;
};
struct Declined {
    std::string reason;  ///< for the log: number, organization, minutes, assistant, announcement
    std::string line;    ///< what the caller hears
};
using RoutingDecision = std::variant<AnswerByAssistant, AnswerByPerson, Declined>;

[[nodiscard]] RoutingDecision decide(const IncomingLine& line, durable::Timestamp now);

/// All included minutes of the period are used.
[[nodiscard]] bool beyond_included(const IncomingLine& line);

}  // namespace callflex
