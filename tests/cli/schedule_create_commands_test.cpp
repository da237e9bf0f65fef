// schedule create, update and next.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

struct Calendar {
    Database database;
    Variable url{"DATABASE_URL", database.url()};

    [[nodiscard]] static nlohmann::json described() {
        return callflex({"schedule", "describe", "nightly", "-o", "json"}).json();
    }
    [[nodiscard]] static Printed create(std::vector<std::string> more) {
        more.insert(more.begin(), {"schedule", "create", "nightly", "--type", "usage-aggregation"});
        return callflex(more);
    }
    [[nodiscard]] static Printed update(std::vector<std::string> more) {
        more.insert(more.begin(), {"schedule", "update", "nightly"});
        return callflex(more);
    }
};

}  // namespace

TEST_CASE_FIXTURE(Calendar, "schedule create makes what its options say, once") {
    const auto made = create({"--cron", "0 2 * * *", "--time-zone", "Europe/Berlin", "--except", "2026-12-25",
                              "--except", "* * * * 6,7", "--input", R"({"page_size": 5})", "--tenant", "7",
                              "--overlap", "buffer_one", "--catch-up", "2h", "-o", "json"});
    REQUIRE(made.code == 0);
    CHECK(made.json().at("created") == true);
    const auto spec = described().at("spec");
    CHECK(spec.at("cron") == "0 2 * * *");
    CHECK(spec.at("time_zone") == "Europe/Berlin");
    CHECK(spec.at("except").size() == 2);
    CHECK(spec.at("overlap") == "buffer_one");
    CHECK(spec.at("catch_up") == 7'200'000'000);
    CHECK(spec.at("workflow").at("input").at("page_size") == 5);
    CHECK(spec.at("workflow").at("tenant") == "7");
    const auto again = create({"--cron", "0 3 * * *"});
    CHECK(again.code == 6);
    CHECK(again.err.find("schedule update") != std::string::npos);
}

TEST_CASE_FIXTURE(Calendar, "a schedule is made of a type that this build has not got only if one insists") {
    const std::vector<std::string> nonsense{"schedule", "create", "odd",     "--every",
                                            "1h",       "--type", "nonsense"};
    const auto refused = callflex(nonsense);
    CHECK(refused.code == 2);
    CHECK(refused.err.find("it has: billing-cycle") != std::string::npos);
    CHECK(callflex({"schedule", "list", "-o", "json"}).json().empty());
    auto insisting = nonsense;
    insisting.emplace_back("--unknown-type");
    CHECK(callflex(insisting).code == 0);
    CHECK(callflex({"schedule", "update", "odd", "--type", "other-nonsense"}).code == 2);
}

TEST_CASE_FIXTURE(
    Calendar, "schedule create refuses rules, inputs and policies that make no sense, and makes nothing") {
    CHECK(create({}).code == 2);
    CHECK(create({"--cron", "61 * * * *"}).code == 2);
    CHECK(create({"--cron", "@daily", "--time-zone", "Mars/Base"}).code == 2);
    CHECK(create({"--cron", "@daily", "--overlap", "sometimes"}).code == 2);
    const auto input = create({"--cron", "@daily", "--input", "{"});
    CHECK(input.code == 2);
    CHECK(input.err.find("not JSON") != std::string::npos);
    CHECK(callflex({"schedule", "list", "-o", "json"}).json().empty());
}

TEST_CASE_FIXTURE(Calendar, "schedule update changes what is given and keeps the rest, its pause too") {
    REQUIRE(create({"--cron", "@daily", "--input", R"({"page_size": 5})"}).code == 0);
    REQUIRE(callflex({"schedule", "pause", "nightly", "--note", "ticket 12"}).code == 0);
    CHECK(update({"--every", "15m", "-o", "json"}).json().at("updated") == true);
    const auto now = described();
    CHECK(now.at("spec").value("cron", "").empty());
    CHECK(now.at("spec").at("every") == 900'000'000);
    CHECK(now.at("spec").at("workflow").at("input").at("page_size") == 5);
    CHECK(now.at("revision") == 2);
    CHECK(now.at("state") == "paused");
    CHECK(update({"--every", "15m", "-o", "json"}).json().contains("unchanged"));
    CHECK(described().at("revision") == 2);
}

TEST_CASE_FIXTURE(Calendar,
                  "schedule update with the revision that was seen is refused if somebody was faster") {
    REQUIRE(create({"--cron", "@daily"}).code == 0);
    REQUIRE(update({"--cron", "@hourly", "--revision", "1"}).code == 0);
    const auto late = update({"--cron", "@weekly", "--revision", "1"});
    CHECK(late.code == 6);
    CHECK(late.err.find("changed meanwhile") != std::string::npos);
    CHECK(described().at("spec").at("cron") == "@hourly");
    CHECK(callflex({"schedule", "update", "weekly", "--cron", "@weekly"}).code == 3);
}

TEST_CASE_FIXTURE(Calendar,
                  "where payloads are encrypted a schedule's input is shown to those with keys, and kept by "
                  "those without") {
    {
        const Variable keys{"CALLFLEX_PAYLOAD_KEYS", "m1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
        REQUIRE(create({"--cron", "@daily", "--input", R"({"text":"confidential"})"}).code == 0);
        CHECK(described().at("spec").at("workflow").at("input").at("text") == "confidential");
        CHECK_FALSE(described().contains("input_unreadable"));
    }
    CHECK(database.value("select position('confidential' in spec) from engine.schedules") == "0");
    CHECK(described().at("input_unreadable") ==
          "a payload is encrypted, and no payload keys are configured here");
    CHECK(
        callflex_on_terminal({"schedule", "describe", "nightly"}).has("no payload keys are configured here"));
    REQUIRE(update({"--cron", "@weekly"}).code == 0);
    const Variable keys{"CALLFLEX_PAYLOAD_KEYS", "m1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="};
    CHECK(described().at("spec").at("cron") == "@weekly");
    CHECK(described().at("spec").at("workflow").at("input").at("text") == "confidential");
}

TEST_CASE("schedule next needs neither a schedule nor a database, and knows when the clocks change") {
    const Variable none{"DATABASE_URL", ""};
    const auto next = callflex({"schedule", "next", "--cron", "30 2 * * *", "--time-zone", "Europe/Berlin",
                                "--start", "2027-03-27", "-n", "3", "-o", "json"});
    REQUIRE(next.code == 0);
    const auto times = next.json().at("next_times");
    REQUIRE(times.size() == 3);
    CHECK(times[0].get<std::string>().starts_with("2027-03-27T01:30:00"));
    CHECK(times[1].get<std::string>().starts_with(
        "2027-03-28T01:30:00"));  // 02:30 does not exist: 03:30 in Berlin
    CHECK(times[2].get<std::string>().starts_with("2027-03-29T00:30:00"));
    const auto lines = callflex({"schedule", "next", "--every", "15m", "-n", "4"});
    CHECK(lines.code == 0);
    CHECK(callflex({"schedule", "next", "--cron", "nonsense"}).code == 2);
    CHECK(callflex({"schedule", "next"}).code == 2);
}

}  // namespace test
