// 1.9 The suite and its pages: docs/guide/conformance names a test for what it says, and that test exists.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <string>
#include <string_view>
#include <vector>

namespace {

namespace fs = std::filesystem;

std::vector<std::string> texts_in(const std::string& folder, const std::string& extension) {
    std::vector<std::string> texts;
    for (const auto& entry : fs::directory_iterator{fs::path{CALLFLEX_SOURCE_DIR} / folder}) {
        if (entry.path().extension() != extension) continue;
        std::ifstream in{entry.path()};
        texts.emplace_back(std::istreambuf_iterator<char>{in}, std::istreambuf_iterator<char>{});
    }
    return texts;
}

std::vector<std::string> matches(const std::string& text, const char* pattern) {
    const std::regex expression{pattern};
    std::vector<std::string> found;
    for (std::sregex_iterator at{text.begin(), text.end(), expression}, end; at != end; ++at)
        found.push_back((*at)[1]);
    return found;
}

/// Without their numbers: "execution model: ...".
std::vector<std::string> names_of_tests() {
    std::vector<std::string> names;
    for (const std::string& source : texts_in("tests/conformance", ".cpp")) {
        // A long name is written as several literals.
        const std::string joined = std::regex_replace(source, std::regex{"\"\\s*\\n\\s*\""}, "");
        for (const char* form : {R"rx(TEST_CASE\(\s*"[0-9.]+ ([^"]+)")rx",
                                 R"rx(TEST_CASE_FIXTURE\(\s*\w+,\s*"[0-9.]+ ([^"]+)")rx"}) {
            const auto found = matches(joined, form);
            names.insert(names.end(), found.begin(), found.end());
        }
    }
    return names;
}

/// The last cells of a page's lines: what they quote, but for files.
std::vector<std::string> tests_named_in(const std::string& page) {
    std::vector<std::string> named;
    for (const std::string& cell : matches(page, R"(\|([^|\n]*)\|[ ]*(?:\n|$))")) {
        for (const std::string& name : matches(cell, "`([^`]+)`")) {
            if (name.find(' ') == std::string::npos) continue;
            named.push_back(std::regex_replace(name, std::regex{R"( ?\.\.\. ?)"}, "..."));
        }
    }
    return named;
}

/// `pattern` leaves out parts of long names: "cancel is a request ..., and the code chooses the end".
bool fits(std::string_view name, std::string_view pattern) {
    const auto gap = pattern.find("...");
    const std::string_view part = pattern.substr(0, gap);
    if (!name.starts_with(part)) return false;
    name.remove_prefix(part.size());
    if (gap == std::string_view::npos) return name.empty();
    pattern.remove_prefix(gap + 3);
    for (std::size_t skipped = 0; skipped <= name.size(); ++skipped) {
        if (fits(name.substr(skipped), pattern)) return true;
    }
    return false;
}

/// One a line.
std::string unknown_of(const std::vector<std::string>& named, const std::vector<std::string>& names) {
    std::string unknown;
    for (const std::string& pattern : named) {
        const auto is_meant = [&](const std::string& test) { return fits(test, pattern); };
        if (std::ranges::none_of(names, is_meant)) unknown += pattern + "\n";
    }
    return unknown;
}

}  // namespace

TEST_CASE("1.9 what the pages say is shown by a test that exists") {
    const auto names = names_of_tests();
    std::size_t count = 0;
    for (const std::string& page : texts_in("docs/guide/conformance", ".md")) {
        const auto named = tests_named_in(page);
        count += named.size();
        INFO(page.substr(0, page.find('\n')));
        CHECK(unknown_of(named, names) == "");
    }
    CHECK(count > 50);
}
