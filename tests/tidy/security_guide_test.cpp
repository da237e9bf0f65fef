// What the guide says of security is shown by tests that exist, or it says what is missing; and no line of the list
// that it answers is left out.

#include <doctest/doctest.h>

#include <map>

#include "tests/tidy/guide_table.hpp"

namespace {

/// The numbers of the list, section by section.
const std::vector<std::pair<int, int>> sections{{1, 16}, {20, 32}, {40, 49}, {50, 57}, {60, 70}, {80, 84}};

}  // namespace

TEST_CASE("what the guide says of security is shown by tests that exist, or it says what is missing") {
    std::map<int, int> told;
    for (const tidy::GuideLine& line : tidy::guide_lines(tidy::read_source("docs/guide/security.md"), "S-")) {
        INFO(line.text);
        CHECK(tidy::is_honest(line));
        for (const std::string& missing : tidy::missing_of(line)) FAIL_CHECK("there is no " << missing);
        ++told[line.number];
    }
    for (const auto& [first, last] : sections) {
        for (int number = first; number <= last; ++number) {
            CAPTURE(number);
            CHECK(told[number] == 1);
        }
    }
}

TEST_CASE("a line of the security page that names no test, or one that is not there, is noticed") {
    const std::string begin = "| S-1 | something | ";
    const auto one = [&](const std::string& shown_by) {
        return tidy::guide_lines({"page", {begin + shown_by + " |"}}, "S-").at(0);
    };
    CHECK_FALSE(tidy::is_honest(one("trust us")));
    CHECK(tidy::is_honest(one("Not done: there is no time for it")));
    CHECK(tidy::missing_of(one("`tests/tidy/nowhere_test.cpp`")).size() == 1);
    CHECK(tidy::missing_of(one("`tests/tidy/security_guide_test.cpp`: `a case that nobody has written`"))
              .size() == 1);
    CHECK(tidy::missing_of(one("`tests/tidy/security_guide_test.cpp`: `what the guide says ...`")).empty());
}
