#include "engine/workflow/time.hpp"

namespace durable {
namespace {

void append_digits(std::string& text, std::int64_t value, int width) {
    const std::string digits = std::to_string(value);
    const auto have = static_cast<int>(digits.size());
    if (have < width) text.append(static_cast<std::size_t>(width - have), '0');
    text += digits;
}

void append_fraction(std::string& text, std::int64_t microseconds) {
    if (microseconds == 0) return;
    text += '.';
    if (microseconds % 1000 == 0) return append_digits(text, microseconds / 1000, 3);
    append_digits(text, microseconds, 6);
}

}  // namespace

std::string to_string(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    std::string text;
    append_digits(text, static_cast<int>(date.year()), 4);
    text += '-';
    append_digits(text, static_cast<unsigned>(date.month()), 2);
    text += '-';
    append_digits(text, static_cast<unsigned>(date.day()), 2);
    text += 'T';
    append_digits(text, clock.hours().count(), 2);
    text += ':';
    append_digits(text, clock.minutes().count(), 2);
    text += ':';
    append_digits(text, clock.seconds().count(), 2);
    append_fraction(text, clock.subseconds().count());
    return text + 'Z';
}

}  // namespace durable
