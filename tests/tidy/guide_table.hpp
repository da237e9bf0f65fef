#pragma once
// Pages of the guide whose lines are held by tests: the last column names files (`tests/...`) and their cases, or the
// line says what is missing.

#include <algorithm>
#include <sstream>

#include "tests/tidy/source_tree.hpp"

namespace tidy {

struct GuideLine {
    int number = 0;
    std::string text;
    std::string shown_by;
};

inline std::vector<std::string> matches(const std::string& text, const std::regex& pattern) {
    std::vector<std::string> found;
    for (std::sregex_iterator at{text.begin(), text.end(), pattern}, end; at != end; ++at)
        found.push_back((*at)[1]);
    return found;
}

/// The lines that begin with `letter` and a number: "| F12 |", "| S-3 |".
inline std::vector<GuideLine> guide_lines(const SourceFile& page, const std::string& letter) {
    const std::regex row{"^\\| " + letter + R"((\d+) \|.*\|(.*)\|$)"};
    std::vector<GuideLine> lines;
    for (const std::string& text : page.lines) {
        if (std::smatch match; std::regex_match(text, match, row))
            lines.push_back({std::stoi(match[1]), text, match[2]});
    }
    return lines;
}

/// The cases of a test program's file. A long name is written as several literals.
inline std::vector<std::string> cases_of(const std::string& path) {
    static const std::regex pieces{R"("\s*\n\s*")"};
    static const std::regex name{R"rx(TEST_CASE\w*\(\s*(?:\w+,\s*)?"((?:[^"\\]|\\.)+)")rx"};
    std::string text;
    for (const std::string& line : read_source(path).lines) text += line + "\n";
    return matches(std::regex_replace(text, pieces, ""), name);
}

/// `pattern` may leave out the end of a long name: "the certificate must be valid ...".
inline bool fits(const std::string& name, const std::string& pattern) {
    const auto gap = pattern.find(" ...");
    return gap == std::string::npos ? name == pattern : name.starts_with(pattern.substr(0, gap));
}

/// What a line names and there is not: a file, or a case of the file named last.
inline std::vector<std::string> missing_of(const GuideLine& line) {
    static const std::regex quoted{"`([^`]+)`"};
    std::vector<std::string> missing;
    std::vector<std::string> cases;
    for (const std::string& text : matches(line.shown_by, quoted)) {
        if (text.starts_with("tests/") || text.starts_with("scripts/")) {
            if (!std::filesystem::exists(root() / text)) missing.push_back(text);
            cases = text.ends_with(".cpp") ? cases_of(text) : std::vector<std::string>{};
        } else if (std::ranges::none_of(cases, [&](const auto& name) { return fits(name, text); })) {
            missing.push_back(text);
        }
    }
    return missing;
}

inline bool is_honest(const GuideLine& line) {
    return line.shown_by.find('`') != std::string::npos || line.text.find("Not done") != std::string::npos ||
           line.text.find("Does not apply") != std::string::npos;
}

}  // namespace tidy
