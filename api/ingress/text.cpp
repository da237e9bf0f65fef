#include "api/ingress/text.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <charconv>

#include "activities/phone_number.hpp"

namespace callflex::ingress {

namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// Exactly `count` digits at the front, taken away.
std::optional<int> take_number(std::string_view& text, std::size_t count) {
    const std::string_view digits = text.substr(0, count);
    if (digits.size() < count || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
    int value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    text.remove_prefix(count);
    return value;
}

bool take_char(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

std::optional<std::chrono::microseconds> take_fraction(std::string_view& text) {
    if (!take_char(text, '.')) return std::chrono::microseconds{0};
    const auto end = std::ranges::find_if_not(text, is_digit);
    const auto digits = static_cast<std::size_t>(end - text.begin());
    if (digits == 0 || digits > 9) return std::nullopt;
    std::int64_t value = 0;
    for (std::size_t i = 0; i < 6; ++i) value = value * 10 + (i < digits ? text[i] - '0' : 0);
    text.remove_prefix(digits);
    return std::chrono::microseconds{value};
}

std::optional<std::chrono::minutes> take_offset(std::string_view& text) {
    if (take_char(text, 'Z')) return std::chrono::minutes{0};
    const bool east = text.starts_with('+');
    if (!take_char(text, '+') && !take_char(text, '-')) return std::nullopt;
    const auto hours = take_number(text, 2);
    const bool colon = take_char(text, ':');
    const auto minutes = take_number(text, 2);
    if (!hours || !colon || !minutes || *hours > 14 || *minutes > 59) return std::nullopt;
    const std::chrono::minutes offset{*hours * 60 + *minutes};
    return east ? offset : -offset;
}

}  // namespace

std::string storable(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    for (const char c : text) c == '\0' ? out.append("\xEF\xBF\xBD") : out.append(1, c);
    return out;
}

std::optional<std::string> or_none(std::string_view text) {
    return text.empty() ? std::nullopt : std::optional<std::string>{text};
}

std::string phone_number(std::string_view text) {
    return normal_phone_number(text);
}

std::optional<durable::Timestamp> parse_time(std::string_view text) {
    using namespace std::chrono;
    const auto y = take_number(text, 4);
    const bool d1 = take_char(text, '-');
    const auto mo = take_number(text, 2);
    const bool d2 = take_char(text, '-');
    const auto d = take_number(text, 2);
    const bool t = take_char(text, 'T');
    const auto h = take_number(text, 2);
    const bool c1 = take_char(text, ':');
    const auto mi = take_number(text, 2);
    const bool c2 = take_char(text, ':');
    const auto s = take_number(text, 2);
    if (!y || !d1 || !mo || !d2 || !d || !t || !h || !c1 || !mi || !c2 || !s) return std::nullopt;
    const auto fraction = take_fraction(text);
    const auto offset = take_offset(text);
    const year_month_day date{year{*y}, month{static_cast<unsigned>(*mo)}, day{static_cast<unsigned>(*d)}};
    const bool in_range = *y >= 2000 && *y <= 2100 && date.ok() && *h < 24 && *mi < 60 && *s <= 60;
    if (!fraction || !offset || !in_range || !text.empty()) return std::nullopt;
    return sys_days{date} + hours{*h} + minutes{*mi} + seconds{*s} + *fraction - *offset;
}

std::string format_time(durable::Timestamp time) {
    using namespace std::chrono;
    const auto day_start = floor<days>(time);
    const year_month_day date{day_start};
    const hh_mm_ss clock{time - day_start};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", int{date.year()}, unsigned{date.month()},
                       unsigned{date.day()}, clock.hours().count(), clock.minutes().count(),
                       clock.seconds().count(), clock.subseconds().count());
}

std::optional<std::int64_t> parse_integer(std::string_view digits) {
    if (digits.empty() || digits.size() > 18 || !std::ranges::all_of(digits, is_digit)) return std::nullopt;
    std::int64_t value = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return value;
}

}  // namespace callflex::ingress
