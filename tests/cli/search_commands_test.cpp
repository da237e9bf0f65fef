// Lists, counts and verbs by filter; trace, diff and tail: against a real database, without any worker.

#include <doctest/doctest.h>

#include <future>

#include "tests/cli/site.hpp"

namespace test {
namespace {

std::string ids(const Printed& printed) {
    std::string ids;
    for (const auto& run : printed.json())
        ids += (ids.empty() ? "" : " ") + std::string{run.at("workflow_id")};
    return ids;
}

}  // namespace

TEST_CASE("runs are found by the attributes that they were started with") {
    Site site;
    site.start("a", {"--attribute", "OrganizationId=org-7", "-a", "Amount=12", "-a", "Tags=[\"x\",\"y\"]"});
    site.start("b", {"--attribute", "OrganizationId=12"});
    CHECK(ids(callflex({"workflow", "list", "-q", "OrganizationId = 'org-7'", "-o", "json"})) == "a");
    CHECK(ids(callflex({"workflow", "list", "-q", "OrganizationId = '12'", "-o", "json"})) == "b");
    CHECK(ids(callflex({"workflow", "list", "-q", "Tags = 'y' and Amount > 10", "-o", "json"})) == "a");
    CHECK(ids(callflex({"workflow", "list", "-q", "order by WorkflowId", "-o", "json"})) == "a b");
    const auto described = callflex({"workflow", "describe", "a", "-o", "json"});
    CHECK(described.json().at("attributes").at("Amount") == 12);
    CHECK(callflex({"workflow", "describe", "a"}).has("OrganizationId"));
    const auto wrong = callflex({"workflow", "start", "call-processing", "--id", "c", "-a", "Amount=many"});
    CHECK(wrong.code == 2);
    CHECK(wrong.err.find("Amount is of type integer") != std::string::npos);
}

TEST_CASE("a filter that is wrong is shown with a caret below the place: exit code 2") {
    const Site site;
    const auto wrong = callflex({"workflow", "list", "-q", "Statsu = 'running'"});
    CHECK(wrong.code == 2);
    CHECK(wrong.out.empty());
    CHECK(wrong.err ==
          "error: the filter is wrong at column 1: no field and no search attribute is called Statsu; did "
          "you mean "
          "Status?\n  Statsu = 'running'\n  ^\n");
    CHECK(callflex({"workflow", "count", "-q", "Status ="}).code == 2);
    CHECK(callflex({"workflow", "cancel", "-q", "Status =", "--yes"}).code == 2);
    CHECK(callflex({"workflow", "list", "-q", "Status = 'running'", "--type", "x"}).code == 2);
}

TEST_CASE("counts are grouped") {
    Site site;
    site.start("a");
    site.start("b");
    CHECK(callflex({"workflow", "terminate", "a"}).code == 0);
    const auto counts = callflex({"workflow", "count", "--group-by", "Status,Type", "-o", "json"}).json();
    CHECK(counts.size() == 2);
    CHECK(counts.at(0).at("runs") == 1);
    CHECK(counts.at(0).at("Type") == "call-processing");
    CHECK(callflex({"workflow", "count", "-q", "Status = 'running'", "-o", "json"}).json().at("runs") == 1);
    CHECK(callflex({"workflow", "count", "-q", "", "-g", "Status"}).has("terminated"));
}

TEST_CASE(
    "a verb by filter tells how many match, wants to be confirmed, and makes a job that can be watched") {
    Site site;
    site.start("a");
    site.start("b");
    site.start("other");
    const auto asked = callflex({"workflow", "cancel", "-q", "WorkflowId in ('a', 'b')"});
    CHECK(asked.code == 6);
    CHECK(asked.err.find("2 open runs match") != std::string::npos);
    CHECK(asked.err.find("--yes") != std::string::npos);
    CHECK(site.database.value("select count(*) from engine.batch_jobs") == "0");

    const auto made = callflex({"workflow", "cancel", "-q", "WorkflowId in ('a', 'b')", "--yes", "--reason",
                                "why not", "--rps", "1000", "-o", "json"});
    CHECK(made.code == 0);
    CHECK(made.json().at("total") == 2);
    CHECK(made.json().at("state") == "running");
    const std::string job = made.json().at("job_id");
    site.work_off();
    const auto described = callflex({"batch", "describe", job, "-o", "json"});
    CHECK(described.json().at("state") == "completed");
    CHECK(described.json().at("done") == 2);
    CHECK(described.json().at("reason") == "why not");
    CHECK(callflex({"batch", "describe", job, "--watch"}).has("2 of 2 done"));
    CHECK(callflex({"batch", "list"}).has("WorkflowId in"));
    CHECK(callflex({"batch", "stop", job}).code == 6);
    CHECK(site.database.value("select count(*) from engine.live_runs where cancel_requested") == "2");
}

TEST_CASE("signals and terminations by filter") {
    Site site;
    site.start("a");
    site.start("b");
    const auto made =
        callflex({"workflow", "signal", "-q", "Status = 'running'", "--signal", "retry", "-i", "7", "--yes"});
    CHECK(made.code == 0);
    CHECK(made.has("batch job"));
    site.work_off();
    CHECK(site.database.value("select count(*) from engine.inbox") == "2");
    CHECK(callflex({"workflow", "signal", "-q", "Status = 'running'", "--yes"}).code == 2);
    CHECK(callflex({"workflow", "signal"}).code == 2);
    CHECK(callflex({"workflow", "terminate", "-q", "WorkflowId = 'a'", "--yes"}).code == 0);
    site.work_off();
    CHECK(callflex({"workflow", "list", "-q", "Status = 'terminated'"}).has("a"));
    CHECK(callflex({"workflow", "cancel"}).code == 2);
    CHECK(callflex({"workflow", "cancel", "b", "-q", "Status = 'running'"}).code == 2);
}

TEST_CASE("a stopped job touches no further run; ids that are none are refused") {
    Site site;
    site.start("a");
    const std::string job =
        callflex({"workflow", "cancel", "-q", "Status = 'running'", "--yes", "-o", "json"})
            .json()
            .at("job_id");
    CHECK(callflex({"batch", "stop", job, "--reason", "wrong"}).has("stopped"));
    site.work_off();
    CHECK(site.database.value("select count(*) from engine.live_runs where cancel_requested") == "0");
    CHECK(callflex({"batch", "describe", "nonsense"}).code == 2);
    CHECK(callflex({"batch", "describe", "0198c0de-0000-7000-8000-000000000000"}).code == 3);
    CHECK(callflex({"batch", "stop", "0198c0de-0000-7000-8000-000000000000"}).code == 3);
}

TEST_CASE("trace shows a run and how it ended; diff where two part; tail what comes") {
    Site site;
    site.start("a");
    site.start("b");
    CHECK(callflex({"workflow", "diff", "a", "b"}).code == 0);
    CHECK(callflex({"workflow", "start", "call-processing", "--id", "c", "-i", R"({"call_id":"7"})"}).code ==
          0);
    CHECK(callflex({"workflow", "diff", "a", "c"}).has("event 1 differs in input"));
    CHECK(callflex({"workflow", "diff", "a", "c", "--shape"}).has("the same"));
    CHECK(callflex({"workflow", "trace", "a"}).has("▷ a  call-processing"));
    CHECK(callflex({"workflow", "terminate", "b", "--reason", "enough"}).code == 0);
    const auto traced = callflex({"workflow", "trace", "b", "--watch"});
    CHECK(traced.has("x b  call-processing"));
    CHECK(traced.has("enough"));
    CHECK(callflex({"workflow", "trace", "b", "-o", "json"}).json().at("state") == "terminated");
    CHECK(callflex({"workflow", "trace", "ghost"}).code == 3);

    const auto parted = callflex({"workflow", "diff", "a", "b"});
    CHECK(parted.code == 1);
    CHECK(parted.has("part at event 2"));
    CHECK(callflex({"workflow", "diff", "a", "b", "-o", "json"}).json().at("first_difference") == 2);
    CHECK(callflex({"workflow", "diff", "a", "ghost"}).code == 3);

    CHECK(callflex({"workflow", "tail", "--rounds", "1"}).out.empty());
    CHECK(callflex({"workflow", "tail", "-q", "Statsu = 1", "--rounds", "1"}).code == 2);
    CHECK(callflex({"workflow", "tail", "-o", "json", "--rounds", "1"}).code == 2);
}

TEST_CASE("tail says of each event of a run that begins meanwhile what it is about") {
    Site site;
    auto seen = std::async(std::launch::async, [] {
        return callflex({"workflow", "tail", "--rounds", "40", "--every", "50ms"});
    });
    for (int i = 0; seen.wait_for(std::chrono::seconds{0}) != std::future_status::ready; ++i)
        site.start("run-" + std::to_string(i));
    CHECK(seen.get().has("WorkflowStarted          call-processing"));
}

TEST_CASE("a watched list is shown as often as asked for") {
    Site site;
    site.start("only-one");
    const auto shown = callflex({"workflow", "list", "--watch", "--every", "50ms", "--rounds", "3"});
    std::size_t times = 0;
    for (auto at = shown.out.find("only-one"); at != std::string::npos;
         at = shown.out.find("only-one", at + 1))
        ++times;
    CHECK(times == 3);
    CHECK(shown.out.find('\x1b') == std::string::npos);
}

}  // namespace test
