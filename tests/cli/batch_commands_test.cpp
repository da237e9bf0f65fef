// Verbs on what a filter finds: delete, pause, unpause, move, and orders for pending activities, by batch jobs.

#include "tests/cli/site.hpp"

namespace test {
namespace {

struct Batches : Site {
    /// Makes the job, works it off, and gives what describe says.
    nlohmann::json done(std::vector<std::string> command) {
        for (const char* argument : {"--yes", "--reason", "ticket 12", "-o", "json"})
            command.emplace_back(argument);
        const auto made = callflex(command);
        INFO(made.err);
        REQUIRE(made.code == 0);
        work_off();
        return callflex({"batch", "describe", std::string{made.json().at("job_id")}, "-o", "json"}).json();
    }
};

TEST_CASE_FIXTURE(Batches,
                  "runs are paused and unpaused by filter; what was skipped is listed with the reason") {
    start("a");
    start("b");
    CHECK(callflex({"workflow", "pause", "a"}).code == 0);
    const auto paused = done({"workflow", "pause", "-q", "Status = 'running'"});
    CHECK(paused.at("verb") == "pause");
    CHECK(paused.at("done") == 1);
    CHECK(paused.at("skipped") == 1);
    CHECK(paused.at("problems").at(0).at("outcome") == "skipped");
    CHECK(paused.at("problems").at(0).at("problem") == "the run was paused already");
    const auto shown = callflex({"batch", "describe", std::string{paused.at("job_id")}});
    CHECK(shown.has("Failed or skipped"));
    CHECK(shown.has("1 of 2 done, 1 skipped"));
    CHECK(done({"workflow", "unpause", "-q", "Paused = true", "--rps", "1000"}).at("done") == 2);
    CHECK(callflex({"workflow", "unpause"}).code == 2);
    CHECK(callflex({"workflow", "pause", "b", "-q", "Status = 'running'"}).code == 2);
}

TEST_CASE_FIXTURE(
    Batches, "delete by filter tells how many closed runs match, and takes open ones with --terminate only") {
    start("a");
    start("b");
    CHECK(callflex({"workflow", "terminate", "a"}).code == 0);
    const auto asked = callflex({"workflow", "delete", "-q", "Type = 'call-processing'"});
    CHECK(asked.code == 6);
    CHECK(asked.err.find("1 closed runs match") != std::string::npos);
    CHECK(done({"workflow", "delete", "-q", "Type = 'call-processing'"}).at("done") == 1);
    CHECK(callflex({"workflow", "describe", "a"}).code == 3);
    CHECK(callflex({"workflow", "describe", "b"}).code == 0);
    CHECK(done({"workflow", "delete", "-q", "Type = 'call-processing'", "--terminate"}).at("done") == 1);
    CHECK(callflex({"workflow", "describe", "b"}).code == 3);
    CHECK(callflex({"workflow", "delete"}).code == 2);
}

TEST_CASE_FIXTURE(
    Batches, "runs are moved by filter; without a deployment the job says that there is nothing to move") {
    start("a");
    const auto moved = done({"workflow", "move", "-q", "WorkflowId = 'a'", "--build", "b-2"});
    CHECK(moved.at("build") == "b-2");
    CHECK(moved.at("skipped") == 1);
    CHECK(callflex({"workflow", "move", "-q", "WorkflowId = 'a'", "--reason", "x", "--yes"}).code == 2);
    CHECK(callflex({"workflow", "move", "-q", "WorkflowId = 'a'", "--current", "--yes"}).code == 2);
}

TEST_CASE_FIXTURE(Batches, "orders for activities by filter count activities, and take a type") {
    start("a");
    for (const char* verb : {"pause", "unpause", "reset", "retry"}) {
        INFO(verb);
        const auto job = done({"activity", verb, "-q", "Status = 'running'", "--type", "send_email"});
        CHECK(job.at("verb") == std::string{"activity "} + verb);
        CHECK(job.at("activity_type") == "send_email");
        CHECK(job.at("state") == "completed");
        CHECK(callflex({"activity", verb}).code == 2);
        CHECK(callflex({"activity", verb, "a"}).code == 2);
        CHECK(callflex({"activity", verb, "a", "2", "-q", "Status = 'running'"}).code == 2);
        CHECK(callflex({"activity", verb, "a", "2", "--type", "send_email"}).code == 2);
        CHECK(callflex({"activity", verb, "a", "2", "--yes"}).code == 2);
    }
    const auto asked = callflex({"activity", "pause", "-q", "Status = 'running'"});
    CHECK(asked.code == 6);
    CHECK(asked.err.find("0 pending activities match") != std::string::npos);
    CHECK(done({"activity", "update-options", "-q", "Status = 'running'", "--maximum-attempts", "3"})
              .at("state") == "completed");
    CHECK(callflex({"activity", "update-options", "-q", "Status = 'running'", "--yes"}).code != 0);
    CHECK(callflex({"activity", "pause", "-q", "Statsu = 'x'", "--yes"}).code == 2);
}

}  // namespace
}  // namespace test
