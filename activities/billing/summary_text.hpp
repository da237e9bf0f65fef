#pragma once
// The words of billing mails. Pure.

#include <string>

#include "activities/billing/periods.hpp"

namespace callflex {

struct BilledPeriod {
    std::string organization;
    std::string first_day;  ///< "November 1, 2026", in the organization's time zone
    std::string last_day;
    PeriodUsage usage;
};

[[nodiscard]] std::string summary_subject(const BilledPeriod& period);
[[nodiscard]] std::string summary_text(const BilledPeriod& period);

struct CrossedThreshold {
    std::string organization;
    int threshold = 0;  ///< per cent
    std::int64_t minutes = 0;
    std::int64_t included = 0;
};

[[nodiscard]] std::string alert_subject(const CrossedThreshold& crossed);
/// Short enough for an SMS.
[[nodiscard]] std::string alert_text(const CrossedThreshold& crossed);

/// "$10.50"
[[nodiscard]] std::string dollars(std::int64_t cents);

/// Without line breaks and control characters: names come from people.
[[nodiscard]] std::string one_line_of(std::string_view text);

}  // namespace callflex
