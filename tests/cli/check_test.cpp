// `callflex check`: what it prints and returns; and the product's invariants, planted broken in a real database.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <csignal>
#include <filesystem>

#include "api/check/business_check.hpp"
#include "tests/cli/console.hpp"
#include "tests/cli/site.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/program.hpp"

namespace test {
namespace {

constexpr const char* organization = "0199f0a4-0000-7000-8000-0000000000a1";

/// A database with an organization that has an endpoint.
struct Business {
    Business() {
        execute(
            "insert into app.organizations (id, name, slug, billing_period_start, billing_period_end) values "
            "('{0}', 'Acme', 'acme', now(), now() + interval '30 days')");
        execute(
            "insert into app.webhook_endpoints (organization_id, id, url) values ('{0}', '{0}', "
            "'https://a.example')");
    }
    /// {0} is the organization.
    void execute(const std::string& sql) const {
        site.database.execute(fmt::format(fmt::runtime(sql), organization));
    }
    [[nodiscard]] durable::store::CheckLine look(const std::string& id) const {
        pqxx::connection connection{site.database.url()};
        durable::store::CheckOptions options;
        options.only = {id};
        const auto lines = callflex::check_everything(connection, options);
        REQUIRE(lines.size() == 1);
        return lines.front();
    }
    [[nodiscard]] std::int64_t violations(const std::string& id) const { return look(id).violated; }

    Site site;
};

}  // namespace

TEST_CASE("check prints a line an invariant, with the rows that it has looked at") {
    Site site;
    site.start("c-1");
    const auto printed = callflex({"check"});
    CHECK(printed.code == 0);
    CHECK(printed.has("✓  I-4"));
    CHECK(printed.has("Event ids of a run are 1 to n without a gap"));
    const auto known = callflex::known_checks();
    CHECK(printed.has(fmt::format("all {} invariants hold", known.size())));
    const auto json = callflex({"check", "-o", "json"}).json();
    REQUIRE(json.at("invariants").size() == known.size());
    CHECK(json.at("violated") == 0);
    CHECK(json.at("not_checked") == 0);
    for (std::size_t i = 0; i < known.size(); ++i) CHECK(json.at("invariants").at(i).at("id") == known[i].id);
    CHECK(callflex({"check", "-o", "csv"}).has("I-4,"));
}

TEST_CASE("check looks at some only if asked to, and knows what it does not know") {
    Site site;
    site.start("c-1");
    const auto json = callflex({"check", "--only", "4,i-20", "-o", "json"}).json();
    REQUIRE(json.at("invariants").size() == 2);
    CHECK(json.at("invariants").at(0).at("id") == "I-4");
    CHECK(json.at("invariants").at(0).at("checked") == 1);
    CHECK(json.at("invariants").at(1).at("id") == "I-20");
    CHECK(callflex({"check", "--only", "I-4"}).has("I-4 holds"));
    const auto unknown = callflex({"check", "--only", "I-999"});
    CHECK(unknown.code == 2);
    CHECK(unknown.err.find("no invariant I-999") != std::string::npos);
}

TEST_CASE("check says of what it could not look at that it has not, and goes on") {
    Site site;
    site.start("c-1");
    pqxx::connection stranger{site.database.owner_url()};
    pqxx::work changing{stranger};
    changing.exec("lock table engine.errands in access exclusive mode");
    const auto printed = callflex({"check", "--only", "4,23"});
    CHECK(printed.code == 4);
    CHECK(printed.has("✓  I-4"));
    CHECK(printed.has("?  I-23"));
    CHECK(printed.has("I-23  not checked: somebody is changing its tables"));
    CHECK(printed.has("1 of 2 invariants were not checked"));
}

TEST_CASE("check that is stopped with Ctrl-C stops in the server too") {
    const Site site;
    pqxx::connection owner{site.database.owner_url()};
    // A history that takes for ever to read.
    pqxx::nontransaction{owner}.exec(
        "create or replace function engine.now() returns timestamptz language plpgsql stable as "
        "$$ begin perform pg_sleep(600); return now(); end $$");
    const auto asking = [&] {
        return site.database.value(
            "select count(*) from pg_stat_activity where datname = current_database() and state = 'active' "
            "and query like '-- I-%' and pid <> pg_backend_pid()");
    };
    const auto log = std::filesystem::temp_directory_path() / ("check-" + site.database.name() + ".log");
    const Program check{
        {CALLFLEX_BINARY, "check", "--only", "I-22"}, {"DATABASE_URL=" + site.database.url()}, log};
    CHECK(eventually([&] { return asking() == "1"; }));
    ::kill(check.pid(), SIGINT);
    CHECK(eventually([&] { return asking() == "0"; }));
}

TEST_CASE("I-31: a webhook whose body is not what was received is found") {
    const Business business;
    business.execute(
        "insert into app.inbound_webhooks (vendor, dedupe_key, organization_id, event_type, body, headers, "
        "digest, outcome) values ('vapi', '{0}:c:status', '{0}', 's', 'abc', '{{}}', sha256('abc'), "
        "'accepted')");
    CHECK(business.violations("I-31") == 0);
    CHECK(business.look("I-31").checked == 1);
    business.execute("update app.inbound_webhooks set body = 'abd'");
    CHECK(business.violations("I-31") == 1);
}

TEST_CASE("I-32: an accepted report of a call that is not there, or goes on, is found") {
    const Business business;
    business.execute(
        "insert into app.inbound_webhooks (vendor, dedupe_key, organization_id, event_type, body, headers, "
        "digest, outcome) values ('vapi', '{0}:c-1:report', '{0}', 'r', 'abc', '{{}}', sha256('abc'), "
        "'accepted')");
    CHECK(business.violations("I-32") == 1);
    business.execute(
        "insert into app.call_refs (vendor, vendor_call_id, organization_id, call_id, started_at) values "
        "('vapi', 'c-1', '{0}', '{0}', date_trunc('day', now()))");
    business.execute(
        "insert into app.calls (organization_id, started_at, id, vendor_call_id, status) values "
        "('{0}', date_trunc('day', now()), '{0}', 'c-1', 'in_progress')");
    CHECK(business.violations("I-32") == 1);
    business.execute("update app.calls set status = 'ended', ended_at = now()");
    CHECK(business.violations("I-32") == 0);
}

TEST_CASE("I-33: a delivery that does not agree with its tries is found") {
    const Business business;
    business.execute(
        "insert into app.webhook_deliveries (organization_id, id, endpoint_id, event_id, event_type, body, "
        "status, attempts, finished_at) values ('{0}', '{0}', '{0}', 'msg_1', 'call.completed', 'x', "
        "'delivered', 2, now())");
    const auto tries = [&](const std::string& first, const std::string& second) {
        business.execute("delete from app.webhook_attempts");
        business.execute(
            "insert into app.webhook_attempts (organization_id, delivery_id, attempt, at, latency_ms, "
            "outcome) "
            "values ('{0}', '{0}', 1, now(), 1, '" +
            first + "'), ('{0}', '{0}', 2, now(), 1, '" + second + "')");
    };
    CHECK(business.violations("I-33") == 1);
    tries("failed", "delivered");
    CHECK(business.violations("I-33") == 0);
    tries("delivered", "failed");
    CHECK(business.violations("I-33") == 1);
    tries("delivered", "delivered");
    CHECK(business.violations("I-33") == 1);
    business.execute("update app.webhook_deliveries set redeliveries = 1");
    CHECK(business.violations("I-33") == 0);
    business.execute("update app.webhook_deliveries set status = 'pending'");
    CHECK(business.violations("I-33") == 1);  // it has an end, and is under way
    business.execute("update app.webhook_deliveries set finished_at = null");
    CHECK(business.violations("I-33") == 0);
    business.execute("update app.webhook_attempts set attempt = 3 where attempt = 2");
    CHECK(business.violations("I-33") == 1);
}

TEST_CASE("I-38: whatever opens a way around row-level security is found") {
    const Business business;
    CHECK(business.violations("I-38") == 0);
    for (const auto& [damage, mended] : std::vector<std::pair<std::string, std::string>>{
             {"alter table app.contacts no force row level security",
              "alter table app.contacts force row level security"},
             {"grant truncate on app.calls to callflex_app",
              "revoke truncate on app.calls from callflex_app"},
             {"create view app.all_calls as select * from app.calls", "drop view app.all_calls"},
             {"create function app.peek() returns bigint language sql security definer as 'select 1::bigint'",
              "drop function app.peek()"},
             {"create table app.diary (entry text)", "drop table app.diary"}}) {
        CAPTURE(damage);
        business.execute(damage);
        CHECK(business.violations("I-38") >= 1);
        business.execute(mended);
        CHECK(business.violations("I-38") == 0);
    }
}

TEST_CASE("I-69: a month without a partition for its calls is found") {
    const Business business;
    CHECK(business.violations("I-69") == 0);
    business.execute(
        "alter table app.calls detach partition app.calls_" +
        business.site.database.value("select to_char(engine.now() + interval '1 month', 'YYYY_MM')"));
    CHECK(business.violations("I-69") == 1);
}

}  // namespace test
