// What can be said of a start, by every command that starts something.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

constexpr const char* keys = "m1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

struct Starts {
    Database database;
    Variable url{"DATABASE_URL", database.url()};

    using Words = std::vector<std::string>;
    [[nodiscard]] static Printed run(Words words, const Words& more) {
        words.insert(words.end(), more.begin(), more.end());
        return callflex(words);
    }
    /// Starts one by each command that starts workflows; the id says by which.
    static void by_each(const Words& more) {
        CHECK(run({"workflow", "start", "w", "--id", "start", "--unknown-type"}, more).code == 0);
        CHECK(run({"workflow", "signal-with-start", "w", "go", "--id", "signal", "--unknown-type"}, more)
                  .code == 0);
        CHECK(run({"workflow", "update-with-start", "w", "add", "--id", "update", "--unknown-type", "--wait",
                   "admitted"},
                  more)
                  .code == 0);
    }
    /// The start in the run's history, without what differs by command.
    [[nodiscard]] std::string started(const std::string& id) const {
        return database.value(fmt::format(
            "select (convert_from(h.activation, 'UTF8')::jsonb #> '{{a,0}}') - 'workflow_id' - "
            "'run_deadline' - "
            "'execution_deadline' from engine.history h join engine.workflow_ids i using (run_id) where "
            "i.workflow_id = '{}' and h.first_event = 1",
            id));
    }
    [[nodiscard]] std::string share(const std::string& id) const {
        return database.value(fmt::format(
            "select priority || ' ' || fairness_key || ' ' || fairness_weight || ' ' || (wake_at > "
            "engine.now() + interval '9 minutes') from engine.live_runs join engine.workflow_ids i using "
            "(run_id) where i.workflow_id = '{}'",
            id));
    }
};

}  // namespace

TEST_CASE_FIXTURE(Starts,
                  "each command that starts a workflow takes the same terms, and they are the run's") {
    by_each({"-a",
             "Amount=12",
             "--tenant",
             "7",
             "--run-timeout",
             "1h",
             "--execution-timeout",
             "5h",
             "--retry-attempts",
             "3",
             "--retry-interval",
             "2s",
             "--priority",
             "2",
             "--fairness-key",
             "imports",
             "--weight",
             "0.5",
             "--limit-key",
             "account-7",
             "--limit",
             "3",
             "--delay",
             "10m",
             "--on-mismatch",
             "fail"});
    const std::string by_start = started("start");
    const auto event = nlohmann::json::parse(by_start);
    CHECK(event.at("run_timeout") == 3'600'000'000);
    CHECK(event.at("execution_timeout") == 18'000'000'000);
    CHECK(event.at("retry").at("maximum_attempts") == 3);
    CHECK(event.at("retry").at("initial_interval") == 2'000'000);
    CHECK(event.at("limit") == nlohmann::json{{"key", "account-7"}, {"concurrency", 3}});
    CHECK(event.at("attributes").at(0).at("key") == "Amount");
    CHECK(event.at("on_mismatch") == "fail");
    CHECK(share("start") == "2 imports 0.5 true");
    for (const char* other : {"signal", "update"}) {
        CAPTURE(other);
        CHECK(started(other) == by_start);
        CHECK(share(other) == share("start"));
    }
}

TEST_CASE_FIXTURE(Starts, "--subject makes a run, a job's and a schedule's too, one person's") {
    const Variable with_keys{"CALLFLEX_PAYLOAD_KEYS", keys};
    by_each({"--subject", "+15550100", "-i", R"({"name":"Pat"})"});
    CHECK(callflex({"activity", "start", "send_sms", "--id", "job", "--subject", "+15550100", "-i",
                    R"("hello")", "--start-to-close", "30s", "--fairness-key", "texts", "-a", "Kind=text"})
              .code == 0);
    CHECK(callflex({"schedule", "create", "nightly", "--every", "1d", "--type", "usage-aggregation",
                    "--subject", "+15550100", "--input", R"({"name":"Pat"})"})
              .code == 0);
    CHECK(database.value("select count(distinct subject) from engine.payload_keys where subject <> ''") ==
          "1");
    CHECK(database.value("select count(*) from engine.payload_keys where subject = ''") == "0");
    CHECK(started("job").find("\"subject\"") != std::string::npos);
    const auto erased = callflex(
        {"payload", "erase", "--subject", "+15550100", "--reason", "request", "--yes", "-o", "json"});
    CHECK(erased.json().at("keys") == 1);
}

TEST_CASE_FIXTURE(Starts, "--subject is refused where there are no keys that could make a person's of it") {
    const auto refused = callflex({"workflow", "start", "w", "--unknown-type", "--subject", "+15550100"});
    CHECK(refused.code == 2);
    CHECK(refused.err.find("needs payload keys") != std::string::npos);
    CHECK(refused.err.find("15550100") == std::string::npos);
    CHECK(callflex({"schedule", "create", "nightly", "--every", "1d", "--type", "usage-aggregation",
                    "--subject", "x"})
              .code == 2);
    CHECK(database.value("select count(*) from engine.runs") == "0");
    CHECK(database.value("select count(*) from engine.schedules") == "0");
}

TEST_CASE_FIXTURE(Starts, "terms that make no sense are refused, and nothing is started") {
    for (const Starts::Words& wrong : std::vector<Starts::Words>{{"--priority", "6"},
                                                                 {"--weight", "0"},
                                                                 {"--limit", "2"},
                                                                 {"--limit-key", ""},
                                                                 {"--run-timeout", "soon"},
                                                                 {"-a", "Amount"}}) {
        CAPTURE(wrong.front());
        CHECK(run({"workflow", "start", "w", "--unknown-type"}, wrong).code == 2);
        CHECK(run({"schedule", "create", "s", "--every", "1h", "--type", "usage-aggregation"}, wrong).code ==
              2);
    }
    CHECK(database.value("select count(*) from engine.runs") == "0");
}

TEST_CASE_FIXTURE(Starts, "what a schedule's runs go on can be given, and changed one by one") {
    CHECK(callflex({"schedule", "create", "nightly", "--every", "1h", "--type", "usage-aggregation", "-a",
                    "OrganizationId=7", "--retry-attempts", "3", "--priority", "2", "--limit-key", "imports",
                    "--limit", "2", "--execution-timeout", "5h"})
              .code == 0);
    const auto action = [] {
        return callflex({"schedule", "describe", "nightly", "-o", "json"}).json().at("spec").at("workflow");
    };
    CHECK(action().at("attributes").at(0).at("value") == 7);
    CHECK(action().at("retry").at("maximum_attempts") == 3);
    CHECK(action().at("execution_timeout") == 18'000'000'000);
    CHECK(callflex({"schedule", "update", "nightly", "--limit", "5", "--weight", "2"}).code == 0);
    CHECK(action().at("limit") == nlohmann::json{{"key", "imports"}, {"concurrency", 5}});
    CHECK(action().at("share").at("priority") == 2);
    CHECK(action().at("share").at("weight") == 2);
    CHECK(callflex({"schedule", "update", "nightly", "--retry-attempts", "1"}).code == 0);
    CHECK_FALSE(action().contains("retry"));
}

TEST_CASE_FIXTURE(Starts, "a schedule that SQL has declared is new until a worker has read it") {
    database.execute(
        "select engine.create_schedule('acme', 'digest', 'usage-aggregation', cron => '61 * * * *')");
    CHECK(callflex({"schedule", "list", "-o", "json"}).json().at(0).at("state") == "new");
    CHECK(callflex({"schedule", "describe", "digest"}).code == 0);
    const auto refused = callflex({"schedule", "trigger", "digest"});
    CHECK(refused.code == 2);
    CHECK(refused.err.find("digest") != std::string::npos);
    CHECK(callflex({"schedule", "update", "digest", "--cron", "1 * * * *"}).code == 0);
    CHECK(callflex({"schedule", "list", "-o", "json"}).json().at(0).at("state") == "active");
}

}  // namespace test
