// What the guide quotes is what runs here: a code block below a comment that names a file is in that file, word
// for word.

#include <doctest/doctest.h>

#include <fstream>
#include <iterator>
#include <string>

namespace {

std::string text_of(const std::string& path) {
    std::ifstream in(std::string{CALLFLEX_SOURCE_DIR} + "/" + path);
    return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the guide's page on testing quotes tests that are run") {
    const std::string page = text_of("docs/guide/testing.md");
    const std::string opening = "<!-- ";
    int quoted = 0;
    for (auto at = page.find(opening); at != std::string::npos; at = page.find(opening, at + 1)) {
        const auto name = at + opening.size();
        const std::string file = page.substr(name, page.find(" -->", name) - name);
        const auto code = page.find('\n', page.find("```", name)) + 1;
        const std::string block = page.substr(code, page.find("```", code) - code);
        INFO(file << " has:\n" << block);
        CHECK(text_of(file).find(block) != std::string::npos);
        ++quoted;
    }
    CHECK(quoted >= 5);
}
