// What housekeeping reads to find what is old: the old rows, however many others there are, and however often rows have
// come and gone in their pages.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <fstream>
#include <regex>
#include <sstream>

#include "tests/workflows/product_database.hpp"

namespace {

struct Ledger {
    Ledger() { owner.exec("set search_path = ''"); }

    /// 20,000 rows that arrived so long ago.
    void fill(const std::string& name, const std::string& age, int rows) {
        owner.exec(
            fmt::format("insert into app.inbound_webhooks (vendor, dedupe_key, event_type, body, headers, "
                        "digest, outcome, received_at) "
                        "select 'vapi', '{0}-' || n, 'x', 'body', '{{}}', sha256('body'), 'stored', now() - "
                        "interval '{1}' "
                        "from generate_series(1, {2}) n; "
                        "insert into app.live_events (organization_id, type, payload, at) "
                        "select '{3}', 'x', '{{}}', now() - interval '{1}' from generate_series(1, {2}) n",
                        name, age, rows, test::organization_id));
    }
    void clear_away() {
        owner.exec("delete from app.inbound_webhooks; delete from app.live_events");
        tidy_up();
    }
    void tidy_up() {
        for (const char* table : {"app.inbound_webhooks", "app.live_events"})
            owner.exec(fmt::format("vacuum (analyze) {}", table));
    }
    /// Pages of 8 kB that forgetting what is older than thirty days has looked at.
    int pages_of(const std::string& statement) {
        std::ostringstream text;
        text << std::ifstream{CALLFLEX_SOURCE_DIR "/activities/sql/" + statement + ".sql"}.rdbuf();
        pqxx::connection planner{db.database.owner_url()};
        pqxx::work tx{planner};
        tx.exec("prepare forget as " + text.str());
        plan.clear();
        for (const auto& row : tx.exec("explain (analyze, buffers, costs off) execute forget(30, now())"))
            plan += row[0].as<std::string>() + "\n";
        tx.exec("deallocate forget");
        static const std::regex hits{R"(Buffers: shared hit=(\d+))"};
        std::smatch first;  // the topmost node's: all of it
        REQUIRE_MESSAGE(std::regex_search(plan, first, hits), plan);
        return std::stoi(first[1]);
    }

    test::ProductDatabase db;
    pqxx::connection connection{db.database.owner_url()};
    pqxx::nontransaction owner{connection};
    std::string plan;
};

}  // namespace

TEST_CASE("what is to be forgotten is found among all that stays, also in pages where it once was") {
    Ledger ledger;
    ledger.fill("gone", "40 days", 20'000);
    ledger.tidy_up();
    ledger.clear_away();
    ledger.fill("young", "1 day", 20'000);
    ledger.fill("old", "31 days", 10);
    ledger.tidy_up();
    for (const char* statement : {"forget_inbound_webhooks", "forget_live_events"}) {
        CAPTURE(statement);
        CHECK_MESSAGE(ledger.pages_of(statement) <= 100, ledger.plan);
    }
}
