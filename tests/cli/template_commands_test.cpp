#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {

TEST_CASE("template list names the six templates") {
    const Database database;
    const auto printed = callflex({"--database-url", database.url(), "-o", "json", "template", "list"});
    CHECK(printed.code == 0);
    CHECK(printed.json().size() == 6);
}

TEST_CASE("template show tells what has to be filled in") {
    const Database database;
    const auto printed = callflex({"--database-url", database.url(), "template", "show", "legal-intake"});
    CHECK(printed.code == 0);
    CHECK(printed.has("practiceAreas"));
    CHECK(printed.has("{{businessName}}"));
    const auto none = callflex({"--database-url", database.url(), "template", "show", "nothing"});
    CHECK(none.code == 3);
}

TEST_CASE("template preview prints the filled prompt") {
    const Database database;
    const auto printed =
        callflex({"--database-url", database.url(), "template", "preview", "legal-intake", "--set",
                  "businessName=Smith & Jones", "--set", "practiceAreas=family law,bankruptcy", "--set",
                  R"(businessHours={"monday":["09:00-17:00"]})"});
    CHECK(printed.code == 0);
    CHECK(printed.has("You are the telephone receptionist of Smith & Jones"));
    CHECK(printed.has("family law and bankruptcy"));
    CHECK(printed.has("Monday from 9 AM to 5 PM"));
    CHECK_FALSE(printed.has("{{"));
}

TEST_CASE("template preview lists every problem at once") {
    const Database database;
    const auto printed =
        callflex({"--database-url", database.url(), "-o", "json", "template", "preview", "legal-intake",
                  "--set", "practiceAreas=astrology", "--set", "colour=red"});
    CHECK(printed.code == 2);
    CHECK(printed.json()["problems"].size() == 4);
    const auto bad =
        callflex({"--database-url", database.url(), "template", "preview", "legal-intake", "--set", "x"});
    CHECK(bad.code == 2);
}

}  // namespace test
