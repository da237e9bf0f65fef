// S-43: what a statement of the product reads of organizations' rows it reads by an index, and within the organizations
// of its transaction, however many others there are.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/workflows/product_database.hpp"

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What Stripe, VAPI and Twilio number cannot belong to two organizations, and tells which one it is of (see S-45). A
/// person's memberships tell the same.
const std::set<std::string> numbered_outside{"assistants_by_vapi_id",    "organization_members_by_user",
                                             "call_refs_pkey",           "inbound_webhooks_pkey",
                                             "phone_numbers_by_vapi_id", "subscriptions_by_id",
                                             "unclaimed_stripe_events"};

/// What the system's maintenance does for all organizations, and settings of the transaction, which read nothing.
const std::set<std::string> for_all_or_none{
    "act_for_everybody", "act_for_nobody",          "drop_calls_of",
    "due_periods",       "forget_inbound_webhooks", "forget_webhook_deliveries",
    "ingress_settings",  "make_partitions",         "shrink_partitions"};

std::string text_of(const fs::path& file) {
    std::ostringstream text;
    text << std::ifstream{file}.rdbuf();
    return text.str();
}

/// The product's statements by name, but those of benchmarks, of the demo, and of checks, which read everything.
std::vector<fs::path> statements() {
    std::vector<fs::path> files;
    for (const char* folder : {"activities/sql", "api/sql"}) {
        for (const auto& entry : fs::directory_iterator{fs::path{CALLFLEX_SOURCE_DIR} / folder}) {
            const std::string name = entry.path().stem().string();
            const bool aside = name.starts_with("bench_") || name.starts_with("dev_") ||
                               name.starts_with("seed_") || name.starts_with("check_");
            if (!aside) files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    return files;
}

/// Plans statements as the daemons' role does, once for whatever parameters, and with an index wherever there is one.
class Planner {
  public:
    explicit Planner(test::ProductDatabase& db) : tx_(db.application) {
        tx_.exec("set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off");
        for (const auto& row : tx_.exec("select attrelid::regclass::text from pg_attribute where attname = "
                                        "'organization_id' and attnum > 0")) {
            tenant_tables_.insert(row[0].as<std::string>());
        }
    }
    /// Scans of organizations' tables that are not by the organization, as "table by index or 'all of it'".
    std::set<std::string> strays(const std::string& statement) {
        pqxx::subtransaction step{tx_};
        const std::string name = fmt::format("planned_{}", ++planned_);
        step.exec(fmt::format("prepare {} as {}", name, statement));
        const int parameters = step.exec(
                                       "select coalesce(cardinality(parameter_types), 0) from "
                                       "pg_prepared_statements where name = '" +
                                       name + "'")[0][0]
                                   .as<int>();
        std::string values;
        for (int i = 0; i < parameters; ++i) values += i == 0 ? "(null" : ", null";
        if (parameters > 0) values += ")";
        const auto plan =
            step.exec("explain (format json, verbose, costs off) execute " + name + values)[0][0]
                .as<std::string>();
        std::set<std::string> found;
        look(json::parse(plan)[0]["Plan"], found);
        return found;
    }

  private:
    void look(const json& node, std::set<std::string>& found) {
        const std::string table = node.value("Schema", "") + "." + node.value("Relation Name", "");
        const bool scan = node.value("Node Type", "").find("Scan") != std::string::npos;
        const std::string found_by = node.value("Index Cond", "") + node.value("Recheck Cond", "");
        if (scan && tenant_tables_.contains(table) && found_by.find("organization_id") == std::string::npos)
            found.insert(table + " by " + index_of(node));
        for (const json& child : node.value("Plans", json::array())) look(child, found);
    }

    /// A bitmap's index is named by the node below.
    static std::string index_of(const json& scan) {
        const json below = scan.value("Plans", json::array());
        return scan.value("Index Name",
                          below.empty() ? "all of it" : below[0].value("Index Name", "bitmaps"));
    }

    pqxx::work tx_;
    std::set<std::string> tenant_tables_;
    int planned_ = 0;
};

}  // namespace

TEST_CASE(
    "S-43: every statement finds organizations' rows by the organization, or by what the outside world "
    "numbers") {
    test::ProductDatabase db;
    Planner planner{db};
    std::string strays;
    int seen = 0;
    for (const fs::path& file : statements()) {
        const std::string name = file.stem().string();
        if (for_all_or_none.contains(name)) continue;
        CAPTURE(name);
        ++seen;
        for (const std::string& stray : planner.strays(text_of(file))) {
            const std::string index = stray.substr(stray.rfind(' ') + 1);
            if (!numbered_outside.contains(index)) strays += name + ": " + stray + "\n";
        }
    }
    CHECK(strays == "");
    CHECK(seen > 100);
}

TEST_CASE("S-43: a table whose index does not begin with the organization is found") {
    test::ProductDatabase db;
    db.database.execute(
        "create table app.odd (organization_id uuid not null, colour text not null);"
        "create index odd_by_colour on app.odd (colour);"
        "grant select on app.odd to callflex_app");
    Planner planner{db};
    CHECK(planner.strays("select from app.odd where colour = $1") ==
          std::set<std::string>{"app.odd by odd_by_colour"});
    CHECK(planner.strays("select from app.odd where organization_id = $1") ==
          std::set<std::string>{"app.odd by all of it"});
}
