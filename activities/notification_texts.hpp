#pragma once
// The words in which people hear of a call. Pure.

#include <string>

#include "activities/notification_plan.hpp"

namespace callflex {

struct ReportedTo {
    std::string organization_name;
    std::string
        local_time;  ///< when the call began, in the organization's time zone: "Sat, Nov 21, 10:15 AM"
};

/// At most 600 bytes: four SMS segments, far below Twilio's limit.
[[nodiscard]] std::string sms_text(const CallToReport& call, const ReportedTo& to);

[[nodiscard]] std::string email_subject(const CallToReport& call, const ReportedTo& to);
[[nodiscard]] std::string email_text(const CallToReport& call, const ReportedTo& to);

/// "45 s", "2 min", "2 min 5 s", "1 h 10 min".
[[nodiscard]] std::string duration_in_words(std::int64_t seconds);

}  // namespace callflex
