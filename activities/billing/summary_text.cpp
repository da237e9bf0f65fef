#include "activities/billing/summary_text.hpp"

#include <fmt/format.h>

namespace callflex {

std::string one_line_of(std::string_view text) {
    std::string line;
    for (const char c : text.substr(0, 100)) {
        const bool control = static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
        line += control ? ' ' : c;
    }
    return line;
}

std::string dollars(std::int64_t cents) {
    return fmt::format("${}.{:02}", cents / 100, cents % 100);
}

std::string summary_subject(const BilledPeriod& period) {
    return fmt::format("Your usage until {} - {}", period.last_day, one_line_of(period.organization));
}

std::string summary_text(const BilledPeriod& period) {
    const PeriodUsage& usage = period.usage;
    std::string text = fmt::format("{}\n{} to {}\n\nCalls: {}\nMinutes: {} ({} included in your plan)\n",
                                   one_line_of(period.organization), period.first_day, period.last_day,
                                   usage.calls, usage.minutes, usage.included_minutes);
    if (usage.late_minutes > 0) {
        text += fmt::format("  of these, {} of calls that reached us after their own period was closed\n",
                            usage.late_minutes);
    }
    if (usage.overage_minutes > 0) {
        text += fmt::format("Minutes beyond: {}, {}. They are on your next invoice.\n", usage.overage_minutes,
                            dollars(usage.overage_cents));
    }
    return text + "\nYour CallFlex receptionist\n";
}

std::string alert_subject(const CrossedThreshold& crossed) {
    return fmt::format("{} % of your included minutes are used - {}", crossed.threshold,
                       one_line_of(crossed.organization));
}

std::string alert_text(const CrossedThreshold& crossed) {
    const char* after = crossed.threshold >= 100 ? " Further minutes are billed as overage." : "";
    return fmt::format("{}: {} of {} included minutes are used in this billing period ({} % reached).{}",
                       one_line_of(crossed.organization), crossed.minutes, crossed.included,
                       crossed.threshold, after);
}

}  // namespace callflex
