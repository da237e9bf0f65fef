#include "activities/templates/placeholders.hpp"

#include <fmt/format.h>
#include <algorithm>
#include <optional>

namespace callflex::templates {

namespace {

/// Where one placeholder stands, and its name.
struct Found {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string name;
    bool valid = false;
};

std::string trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(' ');
    if (first == std::string_view::npos) return {};
    return std::string{text.substr(first, text.find_last_not_of(' ') - first + 1)};
}

bool is_name(std::string_view name) {
    const auto part = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    };
    return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, part);
}

std::optional<Found> next(std::string_view text, std::size_t from) {
    const auto begin = text.find("{{", from);
    if (begin == std::string_view::npos) return std::nullopt;
    const auto end = text.find("}}", begin);
    if (end == std::string_view::npos) return Found{begin, text.size(), {}, false};
    std::string name = trimmed(text.substr(begin + 2, end - begin - 2));
    const bool valid = is_name(name);
    return Found{begin, end + 2, std::move(name), valid};
}

/// Nothing when the line names a variable without a value.
std::optional<std::string> fill_line(std::string_view line,
                                     const std::map<std::string, std::string>& values) {
    std::string out;
    std::size_t at = 0;
    while (const auto found = next(line, at)) {
        const auto value = values.find(found->name);
        if (value == values.end()) return std::nullopt;
        out.append(line.substr(at, found->begin - at)).append(value->second);
        at = found->end;
    }
    return out.append(line.substr(at));
}

}  // namespace

std::vector<std::string> placeholders(std::string_view text, std::string_view where,
                                      std::vector<std::string>& problems) {
    std::vector<std::string> names;
    std::size_t at = 0;
    while (auto found = next(text, at)) {
        at = found->end;
        if (found->valid) {
            names.push_back(std::move(found->name));
        } else {
            problems.push_back(fmt::format(
                "{}: what follows the {{{{ at byte {} is no variable's name and }}}}", where, found->begin));
        }
    }
    return names;
}

std::string fill(std::string_view text, const std::map<std::string, std::string>& values) {
    std::string out;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        if (auto line = fill_line(text.substr(0, end), values)) {
            out.append(*line);
            if (end < text.size()) out.push_back('\n');
        }
        text.remove_prefix(std::min(text.size(), end + 1));
    }
    return out;
}

}  // namespace callflex::templates
