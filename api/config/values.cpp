#include "api/config/values.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>

#include "api/config/shapes.hpp"
#include "engine/search/moments.hpp"

namespace callflex::config {
namespace {

constexpr std::size_t text_bytes_max = std::size_t{64} << 10;
constexpr std::size_t list_entries_max = 50;
constexpr std::int64_t kib_a_mib = 1024;

std::optional<std::int64_t> whole_number(std::string_view text) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool whole = !text.empty() && error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional{value} : std::nullopt;
}

std::int64_t seconds_a_unit(const Key& key) {
    return key.kind == Kind::hours ? 3600 : 1;
}

/// "30s" in the key's unit; nothing if it is none, or not whole.
std::optional<std::int64_t> parsed_duration(const Key& key, std::string_view text) {
    const auto duration = durable::search::parse_duration(text);
    if (!duration) return std::nullopt;
    const auto unit = std::chrono::seconds{seconds_a_unit(key)};
    if (*duration % unit != durable::Duration::zero()) return std::nullopt;
    return *duration / unit;
}

/// "64 KiB", "2 MiB", in KiB.
std::optional<std::int64_t> parsed_size(std::string_view text) {
    struct Unit {
        std::string_view name;
        std::int64_t kib;
    };
    constexpr std::array<Unit, 3> units{{{"KiB", 1}, {"MiB", kib_a_mib}, {"GiB", kib_a_mib * kib_a_mib}}};
    for (const Unit& unit : units) {
        if (!text.ends_with(unit.name)) continue;
        text.remove_suffix(unit.name.size());
        while (text.ends_with(' ')) text.remove_suffix(1);
        const auto count = whole_number(text);
        if (!count || *count < 0 || *count > kib_a_mib * kib_a_mib) return std::nullopt;
        return *count * unit.kib;
    }
    return std::nullopt;
}

std::string duration_text(std::int64_t seconds) {
    if (seconds != 0 && seconds % 3600 == 0) return fmt::format("{}h", seconds / 3600);
    if (seconds != 0 && seconds % 60 == 0) return fmt::format("{}m", seconds / 60);
    return fmt::format("{}s", seconds);
}

std::string size_text(std::int64_t kib) {
    return kib != 0 && kib % kib_a_mib == 0 ? fmt::format("{} MiB", kib / kib_a_mib)
                                            : fmt::format("{} KiB", kib);
}

/// What the file should have: "a duration from 1s to 10m, such as \"30s\"".
std::string expected_in_file(const Key& key) {
    const std::int64_t unit = seconds_a_unit(key);
    switch (key.kind) {
        case Kind::number:
            return fmt::format("a whole number from {} to {}", key.least, key.most);
        case Kind::seconds:
        case Kind::hours:
            return fmt::format("a duration in whole {} from {} to {}, such as \"{}\"",
                               key.kind == Kind::hours ? "hours" : "seconds", duration_text(key.least * unit),
                               duration_text(key.most * unit),
                               duration_text(whole_number(key.standard).value_or(30) * unit));
        case Kind::kib:
            return fmt::format("a size from {} to {}, such as \"64 KiB\"", size_text(key.least),
                               size_text(key.most));
        case Kind::flag:
            return "true or false";
        case Kind::list:
        case Kind::secrets:
            return "a list of texts such as [\"a\", \"b\"]";
        case Kind::choice:
            return fmt::format("one of {}", key.choices);
        default:
            return "a text in quotes";
    }
}

std::string expected_in_environment(const Key& key) {
    switch (key.kind) {
        case Kind::number:
            return fmt::format("a whole number from {} to {}", key.least, key.most);
        case Kind::seconds:
            return fmt::format("whole seconds from {} to {}", key.least, key.most);
        case Kind::hours:
            return fmt::format("whole hours from {} to {}", key.least, key.most);
        case Kind::kib:
            return fmt::format("a number of KiB from {} to {}", key.least, key.most);
        case Kind::flag:
            return "0 or 1";
        case Kind::choice:
            return fmt::format("one of {}", key.choices);
        case Kind::url:
            return "a URL such as https://api.example";
        default:
            return std::string{key.expected};
    }
}

bool printable(std::string_view text) {
    return std::ranges::all_of(text, [](char c) { return c >= 0x20 && c < 0x7f; });
}

bool entries_fit(const Key& key, std::string_view text) {
    const auto entries = split_list(text);
    if (entries.empty() || entries.size() > list_entries_max || text.ends_with(',')) return false;
    return key.fits == nullptr || std::ranges::all_of(entries, key.fits);
}

bool fits(const Key& key, std::string_view text) {
    switch (key.kind) {
        case Kind::number:
        case Kind::seconds:
        case Kind::hours:
        case Kind::kib: {
            const auto number = whole_number(text);
            return number && *number >= key.least && *number <= key.most;
        }
        case Kind::flag:
            return text == "0" || text == "1";
        case Kind::choice:
            return std::ranges::count(split_list(key.choices), text) == 1;
        case Kind::list:
        case Kind::secrets:
            return entries_fit(key, text);
        case Kind::url:
            return is_url(text);
        default:
            return key.fits == nullptr || key.fits(text);
    }
}

std::string_view kind_in_file(const FileValue& value) {
    constexpr std::array<std::string_view, 5> names{"a text", "an integer", "a number", "true or false",
                                                    "a list"};
    const auto* const other = std::get_if<OtherValue>(&value);
    return other == nullptr ? names.at(value.index()) : other->what;
}

/// Entries that hold a comma would be two in the environment's form.
std::optional<std::string> joined(const std::vector<std::string>& entries) {
    const bool fine = std::ranges::all_of(
        entries, [](const auto& entry) { return !entry.empty() && entry.find(',') == std::string::npos; });
    return fine ? std::optional{fmt::format("{}", fmt::join(entries, ","))} : std::nullopt;
}

std::optional<std::string> number_text(const std::optional<std::int64_t>& number) {
    return number ? std::optional{std::to_string(*number)} : std::nullopt;
}

std::optional<std::string> converted(const Key& key, const FileValue& value) {
    const auto* const text = std::get_if<std::string>(&value);
    switch (key.kind) {
        case Kind::number: {
            const auto* const number = std::get_if<std::int64_t>(&value);
            return number == nullptr ? std::nullopt : std::optional{std::to_string(*number)};
        }
        case Kind::flag: {
            const auto* const flag = std::get_if<bool>(&value);
            return flag == nullptr ? std::nullopt : std::optional<std::string>{*flag ? "1" : "0"};
        }
        case Kind::seconds:
        case Kind::hours:
            return text == nullptr ? std::nullopt : number_text(parsed_duration(key, *text));
        case Kind::kib:
            return text == nullptr ? std::nullopt : number_text(parsed_size(*text));
        case Kind::list:
        case Kind::secrets: {
            if (const auto* entries = std::get_if<std::vector<std::string>>(&value)) return joined(*entries);
            break;
        }
        default:
            break;
    }
    return text == nullptr ? std::nullopt : std::optional{*text};
}

std::string in_quotes(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c;
    }
    return result + "\"";
}

}  // namespace

std::vector<std::string> split_list(std::string_view text) {
    std::vector<std::string> entries;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        std::string entry{text.substr(0, comma)};
        std::erase(entry, ' ');
        if (!entry.empty()) entries.push_back(std::move(entry));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return entries;
}

std::string problem_of(const Key& key, std::string_view text) {
    const bool any_letters = key.kind == Kind::path;
    if (text.size() > text_bytes_max || (!any_letters && !printable(text)))
        return "holds control or non-ASCII characters, or is longer than 64 KiB";
    return fits(key, text) ? "" : "expected " + expected_in_environment(key);
}

Converted from_file(const Key& key, const FileValue& value) {
    const auto text = converted(key, value);
    if (!text) {
        const std::string expected = "expected " + expected_in_file(key);
        const bool right_type =
            std::holds_alternative<std::string>(value) && key.kind != Kind::number && key.kind != Kind::flag;
        return {"", right_type ? expected : fmt::format("is {}; {}", kind_in_file(value), expected)};
    }
    if (text->empty()) return {};
    if (problem_of(key, *text).empty()) return {*text, ""};
    // Its own words where the table has some; the environment's form of numbers would mislead.
    const bool shaped = !key.expected.empty() || key.kind == Kind::url || !printable(*text);
    return {"", shaped ? problem_of(key, *text) : "expected " + expected_in_file(key)};
}

std::string for_people(const Key& key, std::string_view text) {
    const auto number = whole_number(text);
    switch (key.kind) {
        case Kind::seconds:
        case Kind::hours:
            return number ? duration_text(*number * seconds_a_unit(key)) : std::string{text};
        case Kind::kib:
            return number ? size_text(*number) : std::string{text};
        case Kind::flag:
            return text == "1" ? "true" : "false";
        case Kind::list:
            return fmt::format("{}", fmt::join(split_list(text), ", "));
        default:
            return std::string{text};
    }
}

std::string in_file(const Key& key, std::string_view text) {
    if (key.kind == Kind::number) return std::string{text};
    if (key.kind == Kind::flag) return for_people(key, text);
    if (!is_list(key)) return in_quotes(for_people(key, text));
    std::vector<std::string> entries;
    for (const std::string& entry : split_list(text)) entries.push_back(in_quotes(entry));
    return fmt::format("[{}]", fmt::join(entries, ", "));
}

}  // namespace callflex::config
