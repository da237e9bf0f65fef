// 1.9 The suite and its pages: each line of docs/guide/conformance names what shows it, or says why it does
// not apply; what it names exists; and each test stands on a page.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
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

std::string trimmed(const std::string& text) {
    const auto first = text.find_first_not_of(' ');
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(' ') - first + 1);
}

/// A line of a table whose last column is "shown by".
struct Line {
    std::string text;
    std::string shown_by;
};
std::vector<Line> lines_of(const std::string& page) {
    std::vector<Line> lines;
    bool counts = false;
    std::istringstream in{page};
    for (std::string text; std::getline(in, text);) {
        const auto cells = matches(text, R"(\|([^|]*)(?=\|))");
        const std::string last = cells.empty() ? "" : trimmed(cells.back());
        if (cells.empty()) {
            counts = false;
        } else if (last == "shown by") {
            counts = true;
        } else if (counts && last != "---") {
            lines.push_back({text, last});
        }
    }
    return lines;
}

/// What the last cell quotes: a test's name, with gaps for what is left out, or a file or folder of tests.
std::vector<std::string> quoted_in(const Line& line) {
    std::vector<std::string> quoted;
    for (const std::string& name : matches(line.shown_by, "`([^`]+)`"))
        quoted.push_back(std::regex_replace(name, std::regex{R"( ?\.\.\. ?)"}, "..."));
    return quoted;
}

/// It names a test, or another line; or it has nothing to show, and says so.
bool is_answered(const Line& line) {
    if (!line.shown_by.empty()) return !quoted_in(line).empty() || line.shown_by.starts_with("see ");
    return line.text.find("does not apply") != std::string::npos ||
           line.text.find("| no: ") != std::string::npos;
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

bool exists(const std::string& quoted, const std::vector<std::string>& tests) {
    if (quoted.starts_with("tests/")) return fs::exists(fs::path{CALLFLEX_SOURCE_DIR} / quoted);
    return std::ranges::any_of(tests, [&](const std::string& test) { return fits(test, quoted); });
}

std::vector<Line> lines_of_all_pages() {
    std::vector<Line> lines;
    for (const std::string& page : texts_in("docs/guide/conformance", ".md")) {
        const auto found = lines_of(page);
        lines.insert(lines.end(), found.begin(), found.end());
    }
    return lines;
}

}  // namespace

TEST_CASE("1.9 what the pages say is shown by a test that exists, or does not apply") {
    const auto tests = names_of_tests();
    std::size_t shown = 0;
    for (const Line& line : lines_of_all_pages()) {
        INFO(line.text);
        CHECK(is_answered(line));
        for (const std::string& quoted : quoted_in(line)) {
            CHECK_MESSAGE(exists(quoted, tests), quoted);
            ++shown;
        }
    }
    CHECK(shown > 150);
}

TEST_CASE("1.9 each test of the suite stands on a page") {
    std::vector<std::string> quoted;
    for (const Line& line : lines_of_all_pages()) {
        const auto more = quoted_in(line);
        quoted.insert(quoted.end(), more.begin(), more.end());
    }
    const auto tests = names_of_tests();
    CHECK(tests.size() > 200);
    for (const std::string& test : tests) {
        const auto means_it = [&](const std::string& pattern) { return fits(test, pattern); };
        CHECK_MESSAGE(std::ranges::any_of(quoted, means_it), test);
    }
}
