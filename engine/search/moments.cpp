#include "engine/search/moments.hpp"

#include <array>
#include <charconv>
#include <string>

#include "engine/search/tokens.hpp"

namespace durable::search {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

struct Unit {
    std::string_view name;
    Duration length;
};
/// Longer names before those that they begin with.
constexpr std::array units{Unit{"ms", milliseconds{1}}, Unit{"us", Duration{1}}, Unit{"s", seconds{1}},
                           Unit{"m", minutes{1}},       Unit{"h", hours{1}},     Unit{"d", hours{24}},
                           Unit{"w", hours{24 * 7}}};
constexpr Duration longest = hours{24 * 365 * 1000LL};

/// Takes digits off the front: at least `fewest`, at most `most` of them.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t fewest, std::size_t most) {
    std::size_t length = 0;
    while (length < text.size() && length < most && text[length] >= '0' && text[length] <= '9') ++length;
    if (length < fewest) return std::nullopt;
    const std::string digits{text.substr(0, length)};
    std::int64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{}) return std::nullopt;
    text.remove_prefix(length);
    return value;
}

bool take(std::string_view& text, std::string_view prefix) {
    if (!text.starts_with(prefix)) return false;
    text.remove_prefix(prefix.size());
    return true;
}

std::string_view trimmed(std::string_view text) {
    while (text.starts_with(' ')) text.remove_prefix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

std::optional<std::chrono::sys_days> take_date(std::string_view& text) {
    const auto year = take_number(text, 4, 4);
    if (!year || !take(text, "-")) return std::nullopt;
    const auto month = take_number(text, 2, 2);
    if (!month || !take(text, "-")) return std::nullopt;
    const auto day = take_number(text, 2, 2);
    if (!day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(*year)},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    return std::chrono::sys_days{date};
}

/// ".25" as microseconds; what is finer is cut off.
std::optional<Duration> take_fraction(std::string_view& text) {
    if (!take(text, ".")) return Duration{0};
    const std::size_t before = text.size();
    auto value = take_number(text, 1, 6);
    if (!value) return std::nullopt;
    for (std::size_t digits = before - text.size(); digits < 6; ++digits) *value *= 10;
    while (!text.empty() && text.front() >= '0' && text.front() <= '9') text.remove_prefix(1);
    return Duration{*value};
}

std::optional<Duration> take_clock(std::string_view& text) {
    const auto hour = take_number(text, 2, 2);
    if (!hour || *hour > 23 || !take(text, ":")) return std::nullopt;
    const auto minute = take_number(text, 2, 2);
    if (!minute || *minute > 59) return std::nullopt;
    const Duration clock = hours{*hour} + minutes{*minute};
    if (!take(text, ":")) return clock;
    const auto second = take_number(text, 2, 2);
    if (!second || *second > 59) return std::nullopt;
    const auto fraction = take_fraction(text);
    if (!fraction) return std::nullopt;
    return clock + seconds{*second} + *fraction;
}

/// "Z", "+01:00", "-0530", "" (UTC): what the clock shows beyond UTC.
std::optional<Duration> take_offset(std::string_view& text) {
    if (text.empty() || take(text, "Z") || take(text, "z")) return Duration{0};
    const bool west = text.starts_with('-');
    if (!west && !text.starts_with('+')) return std::nullopt;
    text.remove_prefix(1);
    const auto hour = take_number(text, 2, 2);
    take(text, ":");
    const auto minute = text.empty() ? std::optional<std::int64_t>{0} : take_number(text, 2, 2);
    if (!hour || !minute || *hour > 15 || *minute > 59) return std::nullopt;
    const Duration offset = hours{*hour} + minutes{*minute};
    return west ? -offset : offset;
}

std::optional<Timestamp> parse_calendar(std::string_view text) {
    const auto date = take_date(text);
    if (!date) return std::nullopt;
    if (text.empty()) return Timestamp{*date};
    if (!take(text, "T") && !take(text, "t") && !take(text, " ")) return std::nullopt;
    const auto clock = take_clock(text);
    if (!clock) return std::nullopt;
    const auto offset = take_offset(text);
    if (!offset || !text.empty()) return std::nullopt;
    return Timestamp{*date} + *clock - *offset;
}

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) {
    text = trimmed(text);
    if (text.empty()) return std::nullopt;
    Duration sum{0};
    while (!text.empty()) {
        const auto value = take_number(text, 1, 15);
        if (!value) return std::nullopt;
        const Unit* unit = nullptr;
        for (const Unit& candidate : units) {
            if (unit == nullptr && take(text, candidate.name)) unit = &candidate;
        }
        if (unit == nullptr || *value > longest / unit->length) return std::nullopt;
        sum += *value * unit->length;
        if (sum > longest) return std::nullopt;
    }
    return sum;
}

std::optional<Timestamp> parse_moment(std::string_view given, Timestamp now) {
    const std::string lowered = lower_case(trimmed(given));
    std::string_view text = lowered;
    if (text == "now") return now;
    if (take(text, "in ")) {
        const auto ahead = parse_duration(text);
        return ahead ? std::optional{now + *ahead} : std::nullopt;
    }
    if (text.ends_with(" ago")) {
        const auto age = parse_duration(text.substr(0, text.size() - 4));
        return age ? std::optional{now - *age} : std::nullopt;
    }
    return parse_calendar(text);
}

}  // namespace durable::search
