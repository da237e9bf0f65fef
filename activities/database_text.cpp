#include "activities/database_text.hpp"

#include <fmt/format.h>

#include <string_view>
#include <utility>

namespace callflex {

std::string storable(durable::Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date{day};
    const std::chrono::hh_mm_ss clock{time - day};
    return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:06}Z", static_cast<int>(date.year()),
                       static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                       clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                       clock.subseconds().count());
}

std::string storable(std::string text) {
    std::erase(text, '\0');
    return text;
}

std::string storable(const durable::Payload& payload) {
    constexpr std::string_view nul = "\\u0000";
    const std::string_view json = payload.json;
    std::string result;
    result.reserve(json.size());
    // In JSON a backslash begins an escape and belongs to the character after it: never look at the two
    // apart.
    for (std::size_t i = 0; i < json.size();) {
        const bool drop = json.substr(i, nul.size()) == nul;
        const std::size_t length = drop ? nul.size() : json[i] == '\\' ? 2 : 1;
        if (!drop) result += json.substr(i, length);
        i += length;
    }
    return result;
}

std::optional<std::string> storable(std::optional<std::string> text) {
    if (text) text = storable(std::move(*text));
    return text;
}

}  // namespace callflex
