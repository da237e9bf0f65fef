#include "api/ingress/functions/wanted_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <vector>

#include "api/ingress/text.hpp"

namespace callflex::ingress::functions {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::array<std::string_view, 7> weekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                   "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 12> months{"january",   "february", "march",    "april",
                                                  "may",       "june",     "july",     "august",
                                                  "september", "october",  "november", "december"};

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::optional<int> number(std::string_view text, std::size_t digits_max = 4) {
    if (text.empty() || text.size() > digits_max || !std::ranges::all_of(text, is_digit)) return std::nullopt;
    int value = 0;
    std::from_chars(text.data(), text.data() + text.size(), value);
    return value;
}

/// Lower case, full stops dropped ("p.m."), split at blanks and commas.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words(1);
    for (const char c : text) {
        if (c == ' ' || c == ',') {
            if (!words.back().empty()) words.emplace_back();
        } else if (c != '.') {
            words.back() += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    if (words.back().empty()) words.pop_back();
    return words;
}

/// The full name, or its first three letters and more ("tue", "sept").
template <std::size_t N>
std::optional<unsigned> index_of(const std::array<std::string_view, N>& names, std::string_view word) {
    if (word.size() < 3) return std::nullopt;
    const auto found =
        std::ranges::find_if(names, [word](std::string_view n) { return n.starts_with(word); });
    if (found == names.end()) return std::nullopt;
    return static_cast<unsigned>(found - names.begin());
}

/// Collects what the words say, and notices what contradicts or cannot be understood.
class Wanted {
  public:
    Wanted(durable::Timestamp now, const TimeZone& zone)
        : now_{now}, zone_{zone}, today_{sys_days{zone.local(now).date}} {}

    std::optional<durable::Timestamp> read(const std::vector<std::string>& words) {
        for (std::size_t i = 0; i < words.size(); ++i) {
            const std::string_view next = i + 1 < words.size() ? std::string_view{words[i + 1]} : "";
            const auto used = take(words[i], next);
            if (!used) return std::nullopt;
            i += *used;
        }
        if (!time_) return std::nullopt;
        return resolve();
    }

  private:
    /// How many of the words behind it belong to it; nothing when it means nothing to us.
    std::optional<std::size_t> take(std::string_view word, std::string_view next) {
        if (word == "at" || word == "on" || word == "the" || word == "this" || word == "next" || word == "of")
            return 0;
        if (word == "today") return set_date(today_);
        if (word == "tomorrow") return set_date(today_ + days{1});
        if (word == "noon") return set_time(hours{12});
        if (const auto weekday = index_of(weekdays, word)) return set_weekday(*weekday);
        if (const auto month = index_of(months, word)) return set_month(*month + 1);
        if (word.find('/') != std::string_view::npos) return set_slashed(word);
        if (const auto clock = read_clock(word, next)) return *clock;
        return set_day_or_year(word);
    }

    std::optional<std::size_t> set_date(sys_days date) {
        if (date_ || weekday_ || month_) return std::nullopt;
        date_ = date;
        return 0;
    }
    std::optional<std::size_t> set_weekday(unsigned weekday) {
        if (weekday_ || date_) return std::nullopt;
        weekday_ = std::chrono::weekday{weekday};
        return 0;
    }
    std::optional<std::size_t> set_month(unsigned month) {
        if (month_ || date_) return std::nullopt;
        month_ = month;
        return 0;
    }
    std::optional<std::size_t> set_time(minutes time) {
        if (time_) return std::nullopt;
        time_ = time;
        return 0;
    }

    /// "11/24" or "11/24/2026".
    std::optional<std::size_t> set_slashed(std::string_view word) {
        const auto first = word.find('/');
        const auto second = word.find('/', first + 1);
        const auto month = number(word.substr(0, first), 2);
        const auto day =
            number(word.substr(first + 1, second == std::string_view::npos ? second : second - first - 1), 2);
        if (!month || !day || month_ || day_ || date_) return std::nullopt;
        month_ = static_cast<unsigned>(*month);
        day_ = static_cast<unsigned>(*day);
        if (second == std::string_view::npos) return 0;
        year_ = number(word.substr(second + 1));
        return year_ ? std::optional<std::size_t>{0} : std::nullopt;
    }

    /// "24", "24th", "2026".
    std::optional<std::size_t> set_day_or_year(std::string_view word) {
        for (const std::string_view suffix : {"st", "nd", "rd", "th"}) {
            if (word.ends_with(suffix)) word.remove_suffix(2);
        }
        const auto value = number(word);
        if (!value || !month_) return std::nullopt;
        if (!day_) {
            day_ = static_cast<unsigned>(*value);
        } else if (!year_ && *value >= 2000) {
            year_ = value;
        } else {
            return std::nullopt;
        }
        return 0;
    }

    /// "3pm", "3:30pm", "3 pm", "15:30". The answer: how many of the words behind it were used.
    std::optional<std::optional<std::size_t>> read_clock(std::string_view word, std::string_view next) {
        std::size_t used = 0;
        std::string_view half;
        if (word.ends_with("am") || word.ends_with("pm")) {
            half = word.substr(word.size() - 2);
            word.remove_suffix(2);
        } else if (next == "am" || next == "pm") {
            half = next;
            used = 1;
        }
        const auto colon = word.find(':');
        if (half.empty() && colon == std::string_view::npos) return std::nullopt;
        const auto hour = number(word.substr(0, colon), 2);
        const auto minute =
            colon == std::string_view::npos ? std::optional{0} : number(word.substr(colon + 1), 2);
        const bool good =
            hour && minute && *minute < 60 && (half.empty() ? *hour < 24 : *hour >= 1 && *hour <= 12);
        if (!good || time_) return std::optional<std::size_t>{};
        const int full = half.empty() ? *hour : *hour % 12 + (half == "pm" ? 12 : 0);
        time_ = hours{full} + minutes{*minute};
        return std::optional{used};
    }

    [[nodiscard]] durable::Timestamp at(sys_days date) const {
        return zone_.instant({year_month_day{date}, *time_});
    }

    [[nodiscard]] std::optional<durable::Timestamp> resolve() const {
        if (date_) return at(*date_);
        if (month_) return resolve_month();
        if (!weekday_) return std::nullopt;
        days ahead = *weekday_ - std::chrono::weekday{today_};
        if (ahead == days{0} && at(today_) <= now_) ahead = days{7};
        return at(today_ + ahead);
    }

    [[nodiscard]] std::optional<durable::Timestamp> resolve_month() const {
        if (!day_) return std::nullopt;
        const year_month_day today{today_};
        year_month_day date{year_ ? std::chrono::year{*year_} : today.year(), std::chrono::month{*month_},
                            std::chrono::day{*day_}};
        if (!year_ && date < today) date += std::chrono::years{1};
        if (!date.ok()) return std::nullopt;
        // A weekday beside a date has to be that date's: one of the two was misheard.
        if (weekday_ && std::chrono::weekday{sys_days{date}} != *weekday_) return std::nullopt;
        return at(sys_days{date});
    }

    durable::Timestamp now_;
    const TimeZone& zone_;
    sys_days today_;
    std::optional<sys_days> date_;
    std::optional<std::chrono::weekday> weekday_;
    std::optional<unsigned> month_;
    std::optional<unsigned> day_;
    std::optional<int> year_;
    std::optional<minutes> time_;
};

/// "2026-11-24T15:30" and "2026-11-24 15:30:00", on the wall.
std::optional<durable::Timestamp> read_iso_local(std::string_view text, const TimeZone& zone) {
    if (text.size() != 16 && text.size() != 19) return std::nullopt;
    if (text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != ' ') || text[13] != ':')
        return std::nullopt;
    if (text.size() == 19 && (text[16] != ':' || !number(text.substr(17, 2)))) return std::nullopt;
    const auto year = number(text.substr(0, 4));
    const auto month = number(text.substr(5, 2));
    const auto day = number(text.substr(8, 2));
    const auto hour = number(text.substr(11, 2));
    const auto minute = number(text.substr(14, 2));
    if (!year || !month || !day || !hour || !minute || *hour > 23 || *minute > 59) return std::nullopt;
    const year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                              std::chrono::day{static_cast<unsigned>(*day)}};
    if (!date.ok()) return std::nullopt;
    return zone.instant({date, hours{*hour} + minutes{*minute}});
}

}  // namespace

std::optional<durable::Timestamp> read_wanted_time(std::string_view text, durable::Timestamp now,
                                                   const TimeZone& zone) {
    if (auto local = read_iso_local(text, zone)) return local;
    if (auto instant = parse_time(text)) return instant;
    return Wanted{now, zone}.read(words_of(text));
}

}  // namespace callflex::ingress::functions
