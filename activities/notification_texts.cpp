#include "activities/notification_texts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "activities/call_text.hpp"

namespace callflex {

namespace {

constexpr std::size_t sms_bytes_max = 600;
constexpr std::size_t subject_bytes_max = 150;

/// Names and sentences come from callers and models: whatever is in them, it stays on its line.
std::string one_line(std::string_view text) {
    std::string line;
    for (const char c : text) {
        const bool blank = c == ' ' || (static_cast<unsigned char>(c) < 0x20) || c == 0x7F;
        if (!blank) line += c;
        if (blank && !line.empty() && line.back() != ' ') line += ' ';
    }
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

std::string cut(const std::string& text, std::size_t bytes_max) {
    constexpr std::string_view dots = "...";
    if (text.size() <= bytes_max) return text;
    return std::string{utf8_prefix(text, bytes_max - dots.size())} + std::string{dots};
}

std::string number_of(const CallToReport& call) {
    return call.from_number.empty() ? "a withheld number" : call.from_number;
}

/// "Pat Example (+15550100123)", or the number alone.
std::string caller(const CallToReport& call) {
    const std::string name = one_line(call.findings.caller_name.value_or(""));
    return name.empty() ? number_of(call) : fmt::format("{} ({})", cut(name, 60), number_of(call));
}

std::string summary_of(const CallToReport& call) {
    return one_line(
        call.findings.summary.value_or("There is no summary; the transcript is in your dashboard."));
}

/// `text` at the beginning of a sentence.
std::string capitalised(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

std::string to_do_list(const std::vector<std::string>& items) {
    std::string list;
    for (const std::string& item : items) list += fmt::format("- {}\n", one_line(item));
    return list;
}

}  // namespace

std::string duration_in_words(std::int64_t seconds) {
    seconds = std::max<std::int64_t>(seconds, 0);
    const std::int64_t hours = seconds / 3600;
    const std::int64_t minutes = seconds / 60 % 60;
    const std::int64_t rest = seconds % 60;
    if (hours > 0)
        return minutes == 0 ? fmt::format("{} h", hours) : fmt::format("{} h {} min", hours, minutes);
    if (minutes > 0)
        return rest == 0 ? fmt::format("{} min", minutes) : fmt::format("{} min {} s", minutes, rest);
    return fmt::format("{} s", rest);
}

std::string sms_text(const CallToReport& call, const ReportedTo& to) {
    const std::string name = cut(one_line(to.organization_name), 60);
    if (call.missed) {
        return fmt::format("{}: missed call from {}, {}. No message was left.", name, caller(call),
                           to.local_time);
    }
    std::string text = fmt::format("{}: {} called ({}). {}", name, caller(call),
                                   duration_in_words(call.duration_seconds), summary_of(call));
    if (!call.findings.action_items.empty()) {
        text += "\nTo do: " + one_line(call.findings.action_items.front());
    }
    return cut(text, sms_bytes_max);
}

std::string email_subject(const CallToReport& call, const ReportedTo& to) {
    const std::string name = one_line(to.organization_name);
    const std::string what = call.missed ? "Missed call from " : "Call from ";
    return cut(what + caller(call) + " - " + name, subject_bytes_max);
}

std::string email_text(const CallToReport& call, const ReportedTo& to) {
    const std::string name = one_line(to.organization_name);
    if (call.missed) {
        return fmt::format(
            "{} called {} on {} and left no message.\n\nA quick call back is often all it takes.\n\nYour "
            "CallFlex "
            "receptionist\n",
            capitalised(caller(call)), name, to.local_time);
    }
    std::string text =
        fmt::format("{} called {} on {} and talked for {}.\n\n{}\n", capitalised(caller(call)), name,
                    to.local_time, duration_in_words(call.duration_seconds), summary_of(call));
    if (!call.findings.action_items.empty()) text += "\nTo do:\n" + to_do_list(call.findings.action_items);
    if (call.findings.extractive) text += "\nThis summary was put together from the call's own sentences.\n";
    return text + "\nYour CallFlex receptionist\n";
}

}  // namespace callflex
