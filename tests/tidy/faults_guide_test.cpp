// What the guide says of faults is shown by tests that exist, or it says what is missing; and no fault of the
// catalogue is left out.

#include <doctest/doctest.h>

#include <map>

#include "tests/tidy/guide_table.hpp"

TEST_CASE("what the guide says of faults is shown by tests that exist, or it says what is missing") {
    constexpr int last = 81;
    std::map<int, int> told;
    for (const tidy::GuideLine& line : tidy::guide_lines(tidy::read_source("docs/guide/faults.md"), "F")) {
        INFO(line.text);
        CHECK(tidy::is_honest(line));
        for (const std::string& missing : tidy::missing_of(line)) FAIL_CHECK("there is no " << missing);
        ++told[line.number];
    }
    for (int number = 1; number <= last; ++number) {
        CAPTURE(number);
        CHECK(told[number] == 1);
    }
    CHECK(told.size() == last);
}

TEST_CASE("a line of the page on faults that names no test, or one that is not there, is noticed") {
    const auto one = [](const std::string& shown_by) {
        return tidy::guide_lines({"page", {"| F1 | something | " + shown_by + " |"}}, "F").at(0);
    };
    CHECK_FALSE(tidy::is_honest(one("trust us")));
    CHECK(tidy::missing_of(one("`tests/tidy/nowhere_test.cpp`")).size() == 1);
    CHECK(tidy::missing_of(one("`tests/tidy/faults_guide_test.cpp`: `a case that nobody has written`"))
              .size() == 1);
    CHECK(tidy::missing_of(one("`tests/tidy/faults_guide_test.cpp`: `what the guide says ...`")).empty());
}
