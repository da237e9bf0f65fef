#include "api/cli/csv.hpp"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

namespace callflex::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Sheet {
    std::vector<std::string> headings;
    std::vector<std::map<std::string, std::string>> rows;
};

/// What begins like a formula and is no number: "=1+1", "@cmd", "-1+cmd()"; but not "+15550100".
bool looks_like_formula(std::string_view text) {
    if (text.empty()) return false;
    const char first = text.front();
    if (first == '=' || first == '@' || first == '\t' || first == '\r') return true;
    if (first != '+' && first != '-') return false;
    return text.find_first_not_of("0123456789. ", 1) != std::string_view::npos;
}

std::string cell_of(const Json& value) {
    if (value.is_null()) return {};
    if (!value.is_string()) return value.dump(-1, ' ', false, Json::error_handler_t::replace);
    const auto& text = value.get_ref<const std::string&>();
    return looks_like_formula(text) ? "'" + text : text;
}

void fill(Sheet& sheet, const std::string& prefix, const Json& object) {
    for (const auto& [name, value] : object.items()) {
        const std::string heading = prefix + name;
        if (value.is_object() && !value.empty()) {
            fill(sheet, heading + ".", value);
            continue;
        }
        if (std::ranges::find(sheet.headings, heading) == sheet.headings.end())
            sheet.headings.push_back(heading);
        sheet.rows.back()[heading] = cell_of(value);
    }
}

Sheet sheet_of(const Json& document) {
    Sheet sheet;
    const Json rows = document.is_array() ? document : Json::array({document});
    for (const Json& row : rows) {
        sheet.rows.emplace_back();
        fill(sheet, "", row.is_object() ? row : Json{{"value", row}});
    }
    return sheet;
}

std::string quoted(const std::string& text) {
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string quoted = "\"";
    for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
    return quoted + "\"";
}

}  // namespace

std::string csv_of(const Json& document) {
    const Sheet sheet = sheet_of(document);
    if (sheet.headings.empty()) return {};
    const auto line = [&](const auto& cell) {
        std::string line;
        for (const std::string& heading : sheet.headings)
            line += (&heading == &sheet.headings.front() ? "" : ",") + quoted(cell(heading));
        return line + "\n";
    };
    std::string text = line([](const std::string& heading) { return heading; });
    for (const auto& row : sheet.rows) {
        text += line([&row](const std::string& heading) {
            const auto found = row.find(heading);
            return found == row.end() ? std::string{} : found->second;
        });
    }
    return text;
}

}  // namespace callflex::cli
