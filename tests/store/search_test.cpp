// Search attributes as rows, and filters as SQL: what is found, what is not, and what is never executed.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>

#include "engine/store/check.hpp"
#include "engine/store/search.hpp"
#include "tests/store/family.hpp"

namespace test {
namespace {

using durable::search::QueryError;
using namespace std::chrono_literals;

constexpr SearchKey<std::string> organization{"OrganizationId"};
constexpr SearchKey<std::int64_t> amount{"Amount"};
constexpr SearchKey<double> score{"Score"};
constexpr SearchKey<bool> urgent{"Urgent"};
constexpr SearchKey<Timestamp> due_at{"DueAt"};
constexpr SearchKey<std::vector<std::string>> tags{"Tags"};

class SearchFixture : public FamilyFixture {
  public:
    RunId found_as(const std::string& id, std::vector<SearchAttribute> attributes,
                   const std::string& type = "order") {
        StartRequest wanted = request(id);
        wanted.type = type;
        wanted.attributes = std::move(attributes);
        return start(wanted).run;
    }
    /// Workflow ids that the filter finds, in its order, with blanks between them.
    std::string find(const std::string& filter, std::int32_t limit = 50) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        std::string ids;
        for (const ListedRun& run : store::search(tx, {"default", filter, limit, {}})) {
            ids += (ids.empty() ? "" : " ") + run.workflow.value;
        }
        return ids;
    }
    /// Sorted: for filters whose order is not the question.
    std::string found(const std::string& filter) { return find(filter + " order by WorkflowId"); }
    std::vector<GroupCount> count(const std::string& filter, const std::string& group_by) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        return count_groups(tx, "default", filter, group_by);
    }
    std::vector<SearchAttribute> attributes(RunId run) {
        pqxx::connection connection{database.url()};
        pqxx::work tx{connection};
        return attributes_of(tx, run);
    }
    /// A commit that records this attribute as the code's command, and stores it.
    RunCommit setting(const ClaimedRun& run, const SearchAttribute& attribute) {
        RunCommit commit =
            commit_of(run, {history::SearchAttributeSet{attribute.key, attribute.type, attribute.value, ""}});
        commit.attributes = {{run.run, {attribute}}};
        return commit;
    }
};

TEST_CASE_FIXTURE(SearchFixture,
                  "attributes of every type are stored with the start and found by their values") {
    const RunId run =
        found_as("a", {organization("org-7"), amount(12), score(0.5), urgent(true),
                       due_at(Timestamp{std::chrono::sys_days{std::chrono::year{2026} / 12 / 1}}),
                       tags({"new", "vip"})});
    found_as("b", {organization("org-8"), amount(-3), tags({"vip"})});
    found_as("c", {});
    CHECK(attributes(run).size() == 6);
    CHECK(found("OrganizationId = 'org-7'") == "a");
    CHECK(found("OrganizationId in ('org-7', 'org-8')") == "a b");
    CHECK(found("OrganizationId starts_with 'org-'") == "a b");
    CHECK(found("OrganizationId contains 'g-8'") == "b");
    CHECK(found("OrganizationId contains '%'").empty());  // no wildcard
    CHECK(found("OrganizationId contains 'g_8'").empty());
    CHECK(found("Tags contains 'ne'") == "a");
    CHECK(found("OrganizationId > 'org-7'") == "b");
    CHECK(found("Amount between -5 and 0") == "b");
    CHECK(found("Amount = 12") == "a");
    CHECK(found("Score < 1") == "a");
    CHECK(found("Urgent = true") == "a");
    CHECK(found("DueAt > '2026-11-30' and DueAt < '2026-12-01T00:00:01Z'") == "a");
    CHECK(found("Tags = 'vip'") == "a b");
    CHECK(found("Tags in ('new')") == "a");
    check_invariants();
}

TEST_CASE_FIXTURE(SearchFixture, "a run without a value is not equal to anything; its negation holds") {
    found_as("a", {organization("org-7"), tags({"x", "y"})});
    found_as("b", {tags({"y"})});
    CHECK(found("OrganizationId != 'org-7'") == "b");
    CHECK(found("not OrganizationId = 'org-7'") == "b");
    CHECK(found("OrganizationId is null") == "b");
    CHECK(found("OrganizationId is not null") == "a");
    CHECK(found("Tags != 'x'") == "b");
    CHECK(found("not (OrganizationId = 'org-7' or Tags = 'y')").empty());
    CHECK(found("CloseTime > '1d ago'").empty());
    CHECK(found("not CloseTime > '1d ago'") == "a b");
    CHECK(found("CloseTime is null") == "a b");
}

TEST_CASE_FIXTURE(SearchFixture, "the engine's own facts are fields") {
    const RunId run = found_as("a", {}, "billing");
    found_as("b", {}, "order");
    const ClaimedRun claimed = claim_one();
    REQUIRE(claimed.run == run);
    commit(close_of(claimed));
    CHECK(found("Status = 'completed'") == "a");
    CHECK(found("Status = 'running'") == "b");
    CHECK(found("status != 'RUNNING'") == "a");
    CHECK(found("Status in ('failed', 'completed')") == "a");
    CHECK(found("Type = 'billing' or Type = 'order'") == "a b");
    CHECK(found("Type starts_with 'bill'") == "a");
    CHECK(found("Tenant = 'tenant-1' and Queue = 'default'") == "a b");
    CHECK(found("StartTime > '1h ago' and StartTime <= 'now'") == "a b");
    CHECK(found("StartTime < '1h ago'").empty());
    CHECK(found("Duration < '10m'") == "a b");
    CHECK(found("CloseTime > '1h ago'") == "a");
    CHECK(found(fmt::format("RunId = '{}'", run.value.to_string())) == "a");
    CHECK(found("WorkflowId in ('b', 'x')") == "b");
    CHECK(found("CancelRequested = false") == "a b");
    CHECK(found("Parent is null and ParentRun is null") == "a b");
}

TEST_CASE_FIXTURE(SearchFixture, "what a run waits for, and what is tried again, can be asked for") {
    found_as("blocked", {});
    const ClaimedRun blocked = claim_one();
    RunCommit block = commit_of(blocked, {}, RunCommit::Next::block);
    block.blocked_kind = "mismatch";
    block.blocked_reason = "event 7 differs";
    commit(block);
    found_as("sleeping", {});
    commit(release_of(claim_one(), Timestamp{std::chrono::sys_days{std::chrono::year{2100} / 1 / 1}}));
    found_as("listening", {});
    commit(release_of(claim_one(), std::nullopt));
    found_as("retrying", {});
    const ClaimedRun retrying = claim_one();
    RunCommit scheduled = commit_of(retrying, {activity("send_sms")}, RunCommit::Next::release);
    ActivityRow row = row_of(retrying, retrying.next_event, database.now(), activity("send_sms"));
    row.type = "send_sms";
    row.attempt = 3;
    scheduled.activities = {row};
    commit(scheduled);
    found_as("fresh", {});

    CHECK(found("WaitingFor = 'blocked'") == "blocked");
    CHECK(found("Blocked = true") == "blocked");
    CHECK(found("Blocked = false") == "fresh listening retrying sleeping");
    CHECK(found("BlockedReason starts_with 'event 7' and BlockedKind = 'mismatch'") == "blocked");
    CHECK(found("BlockedReason contains '7 diff'") == "blocked");
    CHECK(found("BlockedReason not contains '7 diff'") == "fresh listening retrying sleeping");
    CHECK(found("WaitingFor = 'timer'") == "sleeping");
    CHECK(found("WaitingFor = 'message'") == "listening");
    CHECK(found("WaitingFor in ('activity_waiting', 'activity_retrying')") == "retrying");
    CHECK(found("WaitingFor = 'not_claimed'") == "fresh");
    CHECK(found("RetryingActivity = 'send_sms'") == "retrying");
    CHECK(found("RetryingActivity is not null") == "retrying");
    CHECK(found("PendingActivity is null") == "blocked fresh listening sleeping");
    CHECK(found("RetryingActivity = 'send_mail'").empty());
}

TEST_CASE_FIXTURE(SearchFixture,
                  "runs come newest first, or as the filter says, with the missing ones last") {
    found_as("a", {amount(2)});
    found_as("b", {amount(1)});
    found_as("c", {});
    CHECK(find("") == "c b a");
    CHECK(find("order by Amount") == "b a c");
    CHECK(find("order by Amount desc") == "a b c");
    CHECK(find("order by Type, WorkflowId desc") == "c b a");
    CHECK(find("", 2) == "c b");
}

TEST_CASE_FIXTURE(SearchFixture, "counts are grouped by fields and by attributes") {
    found_as("a", {organization("org-7")}, "order");
    found_as("b", {organization("org-7")}, "order");
    found_as("c", {}, "billing");
    const auto by_type = count("", "Type,Status");
    REQUIRE(by_type.size() == 2);
    CHECK(by_type[0].runs == 2);
    CHECK(by_type[0].group[0] == "order");
    CHECK(by_type[0].group[1] == "running");
    const auto by_organization = count("Status = 'running'", "OrganizationId");
    REQUIRE(by_organization.size() == 2);
    CHECK(by_organization[0].group[0] == "org-7");
    CHECK_FALSE(by_organization[1].group[0]);
    CHECK(count("OrganizationId = 'org-7'", "").front().runs == 2);
}

TEST_CASE_FIXTURE(SearchFixture,
                  "a key has one type, that of its first use; another is refused and nothing is started") {
    found_as("a", {organization("org-7")});
    constexpr SearchKey<std::int64_t> same_name{"OrganizationId"};
    CHECK_THROWS_WITH_AS(
        found_as("b", {same_name(7)}),
        "the search attribute OrganizationId is of type string everywhere, and was given as integer: "
        "give it another name",
        std::invalid_argument);
    CHECK(found("") == "a");
    CHECK_THROWS_AS(found_as("c", {organization("x"), organization("y")}), std::invalid_argument);
}

TEST_CASE_FIXTURE(SearchFixture,
                  "a worker's commit sets, changes and takes away attributes, with its history") {
    found_as("a", {organization("org-7"), amount(1)});
    ClaimedRun run = claim_one();
    const RunCommit change = setting(run, organization("org-8"));
    commit(change);
    run = after(run, change);
    CHECK(found("OrganizationId = 'org-8'") == "a");
    CHECK(found("OrganizationId = 'org-7'").empty());
    commit(setting(run, amount.none()));
    CHECK(found("Amount is null") == "a");
    check_invariants();
}

TEST_CASE_FIXTURE(SearchFixture, "a commit that gives a key another type is refused alone, and says why") {
    found_as("a", {organization("org-7")});
    found_as("b", {});
    const auto claimed = claim(hot, worker);
    REQUIRE(claimed.size() == 2);
    constexpr SearchKey<bool> same_name{"OrganizationId"};
    const BatchResult result =
        hot.commit({worker, {setting(claimed[0], same_name(true)), setting(claimed[1], amount(1))}, {}});
    REQUIRE(result.rejected.size() == 1);
    CHECK(result.rejected.front().run == claimed[0].run);
    CHECK(result.rejected.front().reason.find("OrganizationId is of type string everywhere") !=
          std::string::npos);
    CHECK(result.committed == std::vector{claimed[1].run});
    CHECK(found("Amount = 1") != "");
}

TEST_CASE_FIXTURE(SearchFixture, "whoever gives up its fence sets no attribute") {
    found_as("a", {});
    const ClaimedRun run = claim_one();
    RunCommit stale = setting(run, amount(1));
    stale.fence.token += 1;
    CHECK(commit(stale).lost.size() == 1);
    CHECK(number("select count(*) from engine.search_attributes") == 0);
}

TEST_CASE_FIXTURE(SearchFixture,
                  "a chain that goes on as new takes its attributes along; a child has its own") {
    found_as("a", {organization("org-7")});
    ClaimedRun run = claim_one();
    RunCommit onward = continuation(run);
    onward.attributes = {{onward.continued->run, {organization("org-7")}}};
    commit(onward);
    CHECK(number("select count(*) from engine.search_attributes") == 2);
    CHECK(found("OrganizationId = 'org-7' and Status = 'running'") == "a");

    claim_one();  // the next run of "a", so that it is not taken for the parent
    ClaimedRun parent = adult("parent");
    RunCommit births_of = births(parent, {"child"});
    births_of.attributes = {{births_of.children.front().run, {organization("org-9")}}};
    commit(births_of);
    CHECK(found("OrganizationId = 'org-9'") == "child");
    CHECK(found("Parent = 'parent'") == "child");
}

TEST_CASE_FIXTURE(SearchFixture, "attributes of a child whose name was taken go nowhere") {
    found_as("taken", {});
    ClaimedRun parent = adult("parent");
    RunCommit refused = births(parent, {"taken"});
    refused.attributes = {{refused.children.front().run, {organization("org-9")}}};
    commit(refused);
    CHECK(number("select count(*) from engine.search_attributes") == 0);
    check_invariants();
}

TEST_CASE_FIXTURE(SearchFixture, "starts without attributes touch none of their tables") {
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    const std::vector requests{request("a"), request("b")};
    store::start(tx, requests);
    const auto touched = tx.exec(
        "select coalesce(sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0) + n_tup_ins), 0) "
        "from pg_stat_xact_user_tables where relname like 'search_%'");
    CHECK(touched[0][0].as<int>() == 0);
}

TEST_CASE_FIXTURE(SearchFixture, "no value of a filter is ever a part of the statement") {
    found_as("a", {organization("it's; drop table engine.runs; --")});
    CHECK(found("OrganizationId = 'it''s; drop table engine.runs; --'") == "a");
    for (const std::string evil : {"' or 1=1 --", "'); delete from engine.live_runs; --", "$1", ":condition",
                                   "\\'; select 1; --", "%' or '1'='1", ":key"}) {
        CAPTURE(evil);
        std::string text = evil;
        for (std::size_t at = text.find('\''); at != std::string::npos; at = text.find('\'', at + 2)) {
            text.insert(at, "'");
        }
        CHECK(found("OrganizationId = '" + text + "' or WorkflowId = '" + text + "' or Type in ('" + text +
                    "')")
                  .empty());
    }
    for (const std::string evil :
         {"WorkflowId = 'a' or 1=1", "s.run_id is not null", "(select 1) = 1", "WorkflowId = version()",
          "\"run_id\" = 'x'", "OrganizationId::text = 'x'"}) {
        CAPTURE(evil);
        CHECK_THROWS_AS(find(evil), QueryError);
    }
    CHECK_THROWS_AS(count("", "Status) from engine.runs; --"), QueryError);
    CHECK(found("") == "a");
}

TEST_CASE_FIXTURE(SearchFixture, "namespaces do not see each other") {
    StartRequest elsewhere = request("b");
    elsewhere.name_space = "other";
    elsewhere.attributes = {organization("org-7")};
    start(elsewhere);
    found_as("a", {organization("org-7")});
    CHECK(found("OrganizationId = 'org-7'") == "a");
}

TEST_CASE_FIXTURE(SearchFixture, "attributes that are not what history says are found by the check") {
    const RunId run = found_as("a", {organization("org-7"), tags({"x"})});
    check_invariants();
    database.execute("update engine.search_attributes set text_value = 'org-8' where key = 'OrganizationId'");
    pqxx::connection connection{database.url()};
    const auto lines = store::check(connection);
    const auto line = std::ranges::find(lines, "I-63", &CheckLine::id);
    REQUIRE(line != lines.end());
    CHECK(line->violated == 1);
    CHECK(line->examples.front().find(run.value.to_string()) != std::string::npos);
}

}  // namespace
}  // namespace test
