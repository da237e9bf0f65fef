// schedule list, describe, pause, unpause, trigger, backfill and delete; what migrate does for them.

#include <doctest/doctest.h>

#include <array>

#include "engine/client/schedules.hpp"
#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

using namespace durable;

class Scheduled {
  public:
    Scheduled() {
        ScheduleSpec spec;
        spec.id = "usage";
        spec.cron = "0 2 * * *";
        spec.time_zone = "Europe/Berlin";
        spec.workflow.type = "test_workflow";
        spec.catch_up = std::chrono::hours{1};
        client::ScheduleClient client{{.connection_string = database.url(), .notifications = false}};
        client.apply(std::array{spec});
    }
    Database database;
    Variable url{"DATABASE_URL", database.url()};
};

}  // namespace

TEST_CASE_FIXTURE(Scheduled, "schedule list shows rule, state and next run, for people and for programs") {
    const auto printed = callflex({"schedule", "list"});
    CHECK(printed.code == 0);
    CHECK(printed.has("usage"));
    CHECK(printed.has("0 2 * * * (Europe/Berlin)"));
    CHECK(printed.has("active"));
    const auto json = callflex({"schedule", "list", "-o", "json"}).json().at(0);
    CHECK(json.at("schedule_id") == "usage");
    CHECK(json.at("overlap") == "skip");
    CHECK(json.at("actions") == 0);
    CHECK(json.contains("next"));
    CHECK_FALSE(json.contains("last"));
}

TEST_CASE_FIXTURE(Scheduled, "schedule describe shows the policies and as many next times as asked for") {
    const auto printed = callflex({"schedule", "describe", "usage"});
    CHECK(printed.code == 0);
    CHECK(printed.has("test_workflow on queue default"));
    CHECK(printed.has("Next times"));
    const auto json = callflex({"schedule", "describe", "usage", "--next", "12", "-o", "json"}).json();
    CHECK(json.at("next_times").size() == 12);
    CHECK(json.at("spec").at("cron") == "0 2 * * *");
}

TEST_CASE_FIXTURE(Scheduled, "schedule pause keeps a note, and unpause lets it go on") {
    CHECK(callflex({"schedule", "pause", "usage", "--note", "ticket 12"}).code == 0);
    CHECK(callflex({"schedule", "list"}).has("ticket 12"));
    auto json = callflex({"schedule", "list", "-o", "json"}).json().at(0);
    CHECK(json.at("state") == "paused");
    CHECK_FALSE(json.contains("next"));
    CHECK(callflex({"schedule", "unpause", "usage", "-o", "json"}).json().at("unpaused") == true);
    json = callflex({"schedule", "list", "-o", "json"}).json().at(0);
    CHECK(json.at("state") == "active");
    CHECK_FALSE(json.contains("note"));
}

TEST_CASE_FIXTURE(Scheduled, "schedule trigger starts a run; one that the policy leaves out ends with 6") {
    const auto json = callflex({"schedule", "trigger", "usage", "-o", "json"}).json();
    CHECK(json.at("result") == "started");
    CHECK(database.value("select count(*) from engine.live_runs") == "1");
    const auto again = callflex({"schedule", "trigger", "usage"});
    CHECK(again.code == 6);
    CHECK(again.err.find("--overlap") != std::string::npos);
    CHECK(callflex({"schedule", "trigger", "usage", "--overlap", "allow_all"}).code == 0);
    CHECK(database.value("select count(*) from engine.live_runs") == "2");
    CHECK(callflex({"schedule", "trigger", "usage", "--overlap", "sometimes"}).code == 2);
}

TEST_CASE_FIXTURE(Scheduled, "schedule backfill puts a range in line, refuses too long and reversed ones") {
    const std::vector<std::string> week{"schedule",   "backfill", "usage",     "--from",
                                        "2026-11-01", "--until",  "2026-11-08"};
    CHECK(callflex(week).has("7 nominal times put in line"));
    CHECK(database.value("select count(*) from engine.schedule_buffer") == "7");
    CHECK(callflex({"schedule", "backfill", "usage", "--from", "2020-01-01", "--until", "2026-01-01"}).code ==
          6);
    CHECK(callflex({"schedule", "backfill", "usage", "--from", "2026-01-02", "--until", "2026-01-01"}).code ==
          2);
    CHECK(callflex({"schedule", "backfill", "usage", "--from", "soon", "--until", "2026-01-01"}).code == 2);
}

TEST_CASE_FIXTURE(Scheduled, "schedule delete removes it, and an unknown id is told apart") {
    CHECK(callflex({"schedule", "delete", "usage"}).code == 0);
    CHECK(callflex({"schedule", "list", "-o", "json"}).json().empty());
    for (const char* verb : {"describe", "pause", "unpause", "trigger", "delete"}) {
        const auto printed = callflex({"schedule", verb, "usage"});
        CAPTURE(verb);
        CHECK(printed.code == 3);
        CHECK(printed.err.find("there is no schedule usage") != std::string::npos);
    }
}

TEST_CASE_FIXTURE(Scheduled,
                  "migrate brings the schedules up to date and names those that it does not know") {
    const Variable owner{"DATABASE_URL", database.owner_url()};
    const auto json = callflex({"migrate", "-o", "json"}).json();
    CHECK(json.at("schedules").at("undeclared") == nlohmann::json::array({"usage"}));
    CHECK(callflex({"migrate"}).has("not declared by this build"));
}

}  // namespace test
