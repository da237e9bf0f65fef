// org and call as support staff type them: what is wrong is said before anything is stored, and what is empty says so.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

bool says(const Printed& printed, const std::string& text) {
    return printed.err.find(text) != std::string::npos;
}

struct Desk {
    Database database;
    Variable url{"DATABASE_URL", database.url()};
};

}  // namespace

TEST_CASE("an organization in a zone, an industry or with a plan that does not exist is not made") {
    const Desk desk;
    const auto zone = callflex({"org", "create", "Acme", "--time-zone", "Nonsense/Zone"});
    CHECK(zone.code == 2);
    CHECK(says(zone, "there is no time zone Nonsense/Zone"));
    const auto industry = callflex({"org", "create", "Acme", "--industry", "nonsense"});
    CHECK(industry.code == 2);
    CHECK(says(industry, "home-services, restaurants or general"));
    CHECK(callflex({"org", "create", "Acme", "--plan", "nonsense"}).code == 2);
    CHECK(desk.database.value("select count(*) from app.organizations") == "0");
    CHECK(callflex({"org", "create", "Acme", "--time-zone", "America/Chicago"}).code == 0);
    CHECK(callflex({"org", "create", "Acme"}).code == 6);
}

TEST_CASE("usage takes days and ages, and nothing else") {
    const Desk desk;
    REQUIRE(callflex({"org", "create", "Acme"}).code == 0);
    CHECK(callflex({"org", "usage", "acme", "--from", "7d"}).has("Acme: 0 calls, 0 minutes from 2"));
    CHECK(callflex({"org", "usage", "acme", "--from", "2026-11-01", "-o", "json"}).json().at("from") ==
          "2026-11-01");
    const auto wrong = callflex({"org", "usage", "acme", "--from", "nonsense"});
    CHECK(wrong.code == 2);
    CHECK(says(wrong, "is not a time"));
}

TEST_CASE("-o means the same for calls as everywhere: the output's form") {
    const Desk desk;
    REQUIRE(callflex({"org", "create", "Acme"}).code == 0);
    CHECK(callflex({"call", "list", "--organization", "acme", "-o", "json"}).json().empty());
    CHECK(callflex({"call", "search", "furnace", "--organization", "acme", "-o", "json"}).json().empty());
    CHECK(callflex({"call", "list", "--organization", "acme"}).has("no such calls"));
    CHECK(callflex({"call", "list", "--organization", "nobody"}).code == 3);
    CHECK(callflex({"call", "list", "--organization", "acme", "--status", "nonsense"}).code == 2);
    CHECK(callflex({"org", "list", "--status", "nonsense"}).code == 2);
}

TEST_CASE("a live token needs a key, and shows where to use it when the ingress is known") {
    const Desk desk;
    REQUIRE(callflex({"org", "create", "Acme"}).code == 0);
    const Variable none{"LIVE_TOKEN_KEY", ""};
    CHECK(says(callflex({"org", "live-token", "acme"}), "LIVE_TOKEN_KEY is not set"));
    const Variable key{"LIVE_TOKEN_KEY", "0123456789abcdef0123456789abcdef"};
    const Variable ingress{"API_URL", "http://127.0.0.1:8080"};
    const auto made = callflex({"org", "live-token", "acme"});
    CHECK(made.code == 0);
    CHECK(says(made, "http://127.0.0.1:8080/api/live/"));
    CHECK(says(made, "?token=" + made.out.substr(0, made.out.size() - 1)));
    CHECK(callflex({"org", "live-token", "acme", "-o", "json"})
              .json()
              .at("path")
              .get<std::string>()
              .starts_with("/api/live/"));
}

TEST_CASE("an explanation of several lines is shown in several, without what could drive a terminal") {
    const Variable url{"DATABASE_URL", "host=/nonexistent dbname=x"};
    const auto printed = callflex({"org", "list"});
    CHECK(printed.code == 5);
    CHECK_FALSE(says(printed, "\\n"));
    CHECK(says(printed, "\n  Is the server running"));
    const auto hostile = callflex({"workflow", "start", "call-processing", "--input", "\x1b[2J"});
    CHECK(hostile.code == 2);
    CHECK_FALSE(says(hostile, "\x1b"));
}

}  // namespace test
