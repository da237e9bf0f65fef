// Business hours from settings: what is written there is a person's work, so every mistake is named with its
// place.

#include <fmt/format.h>
#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "activities/business_hours.hpp"

namespace callflex {

namespace {

using std::chrono::minutes;

constexpr std::array<std::string_view, 7> day_names{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};
constexpr minutes whole_day = std::chrono::hours{24};
constexpr std::size_t dates_max = 500;
constexpr std::size_t intervals_max = 12;

std::optional<int> digits(std::string_view text) {
    int number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    const bool unsigned_ = !text.empty() && text.front() >= '0' && text.front() <= '9';
    return whole && unsigned_ ? std::optional{number} : std::nullopt;
}

/// "08:00" or "8:00", up to "24:00".
std::optional<minutes> read_clock(std::string_view text) {
    const auto colon = text.find(':');
    if (colon == std::string_view::npos || colon > 2 || text.size() != colon + 3) return std::nullopt;
    const auto hour = digits(text.substr(0, colon));
    const auto minute = digits(text.substr(colon + 1));
    if (!hour || !minute || *minute > 59) return std::nullopt;
    const minutes time = std::chrono::hours{*hour} + minutes{*minute};
    return time <= whole_day ? std::optional{time} : std::nullopt;
}

/// "2026-12-25".
std::optional<std::chrono::year_month_day> read_date(std::string_view text) {
    if (text.size() != 10 || text[4] != '-' || text[7] != '-') return std::nullopt;
    const auto year = digits(text.substr(0, 4));
    const auto month = digits(text.substr(5, 2));
    const auto day = digits(text.substr(8, 2));
    if (!year || !month || !day) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{*year},
                                           std::chrono::month{static_cast<unsigned>(*month)},
                                           std::chrono::day{static_cast<unsigned>(*day)}};
    return date.ok() ? std::optional{date} : std::nullopt;
}

class Reader {
  public:
    explicit Reader(std::vector<std::string>& problems) : problems_{problems} {}

    BusinessHours read(const nlohmann::json& value, const std::string& path) {
        BusinessHours hours;
        if (!value.is_object()) {
            refuse(path, R"(expected an object such as {"monday": ["08:00-17:00"]})");
            return hours;
        }
        for (const auto& [name, member] : value.items()) {
            const auto day = std::ranges::find(day_names, name);
            const std::string at = fmt::format("{}.{}", path, printable(name));
            if (day != day_names.end()) {
                const auto index = static_cast<unsigned>(day - day_names.begin());
                hours.set_weekly(std::chrono::weekday{index}, read_day(member, at));
            } else if (name == "holidays") {
                read_holidays(member, at, hours);
            } else if (name == "exceptions") {
                read_exceptions(member, at, hours);
            } else {
                refuse(at, "expected a day (monday to sunday), holidays or exceptions");
            }
        }
        return hours;
    }

  private:
    void refuse(const std::string& path, std::string_view problem) {
        problems_.push_back(fmt::format("{}: {}", path, problem));
    }

    /// A member's name as part of a path: it is the writer's word, but may be anything.
    static std::string printable(const std::string& name) {
        const bool plain = name.size() <= 40 && std::ranges::all_of(name, [](char c) {
                               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                                      (c >= '0' && c <= '9') || c == '_' || c == '-';
                           });
        return plain ? name : "(another name)";
    }

    OpenDay read_day(const nlohmann::json& value, const std::string& path) {
        if (!value.is_array() || value.size() > intervals_max) {
            refuse(path,
                   fmt::format(R"(expected a list of at most {} hours such as ["08:00-17:00"]; [] is closed)",
                               intervals_max));
            return {};
        }
        OpenDay day;
        for (std::size_t i = 0; i < value.size(); ++i) {
            const std::string at = fmt::format("{}[{}]", path, i);
            const auto interval = read_interval(value[i], at);
            if (!interval) continue;
            if (!day.empty() && interval->opens < day.back().closes) {
                refuse(at, "begins before the hours in front of it end");
                continue;
            }
            day.push_back(*interval);
        }
        return day;
    }

    std::optional<OpenInterval> read_interval(const nlohmann::json& value, const std::string& path) {
        const std::string text = value.is_string() ? value.get<std::string>() : "";
        const auto dash = text.find('-');
        const auto opens = read_clock(text.substr(0, dash));
        const auto closes = dash == std::string::npos ? std::nullopt : read_clock(text.substr(dash + 1));
        if (!opens || !closes || *opens == whole_day) {
            refuse(path, R"(expected hours such as "08:00-17:00", or "18:00-02:00" over midnight)");
            return std::nullopt;
        }
        if (*opens == *closes) {
            refuse(path, R"(opens and closes at the same time; a whole day is "00:00-24:00")");
            return std::nullopt;
        }
        return OpenInterval{*opens, *closes < *opens ? *closes + whole_day : *closes};
    }

    void read_holidays(const nlohmann::json& value, const std::string& path, BusinessHours& hours) {
        if (!value.is_array() || value.size() > dates_max) {
            refuse(path, R"(expected a list of dates such as ["2026-12-25"])");
            return;
        }
        for (std::size_t i = 0; i < value.size(); ++i) {
            const auto date = value[i].is_string() ? read_date(value[i].get<std::string>()) : std::nullopt;
            if (date) {
                hours.set_date(*date, {});
            } else {
                refuse(fmt::format("{}[{}]", path, i), R"(expected a date such as "2026-12-25")");
            }
        }
    }

    void read_exceptions(const nlohmann::json& value, const std::string& path, BusinessHours& hours) {
        if (!value.is_object() || value.size() > dates_max) {
            refuse(path, R"(expected an object such as {"2026-12-24": ["08:00-12:00"]})");
            return;
        }
        for (const auto& [name, member] : value.items()) {
            const auto date = read_date(name);
            const std::string at = fmt::format("{}.{}", path, printable(name));
            if (date) {
                hours.set_date(*date, read_day(member, at));
            } else {
                refuse(at, "expected a date such as 2026-12-24");
            }
        }
    }

    std::vector<std::string>& problems_;
};

}  // namespace

BusinessHoursReading read_business_hours(const nlohmann::json& value, std::string_view path) {
    BusinessHoursReading out;
    out.hours = Reader{out.problems}.read(value, std::string{path});
    return out;
}

BusinessHoursReading read_business_hours(std::string_view json, std::string_view path) {
    const auto value = nlohmann::json::parse(json, nullptr, false);
    if (value.is_discarded()) return {{}, {fmt::format("{}: is not JSON", path)}};
    return read_business_hours(value, path);
}

}  // namespace callflex
