// What doctor knows of the environment: every variable, what is missing for what, what is misspelt, and no value.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <pqxx/pqxx>

#include "activities/config.hpp"
#include "api/config/keys.hpp"
#include "api/ingress/options.hpp"
#include "tests/cli/console.hpp"
#include "tests/cli/file.hpp"
#include "tests/support/database.hpp"
#include "tests/support/eventually.hpp"

namespace test {
namespace {

using nlohmann::json;

json findings_of(const std::string& name) {
    const json all = callflex({"doctor", "-o", "json"}).json();
    json found = json::array();
    for (const auto& finding : all.at("findings")) {
        if (finding.at("name") == name) found.push_back(finding);
    }
    return found;
}

bool is_known(const std::string& name) {
    return callflex::config::find_variable(name) != nullptr;
}

/// The doctor needs an address; it need not answer.
struct Patient {
    Variable url{"DATABASE_URL", "host=/nonexistent dbname=x"};
};

}  // namespace

TEST_CASE("doctor knows every variable that workers and ingress ask for") {
    std::vector<std::string> asked;
    const auto note = [&asked](std::string_view name) -> std::optional<std::string> {
        asked.emplace_back(name);
        return name == "DATABASE_URL" ? std::optional<std::string>{"host=x"} : std::nullopt;
    };
    (void)callflex::vendor_config(note);
    (void)callflex::ingress::ingress_options(note);
    CHECK(asked.size() > 40);
    for (const std::string& name : asked) {
        CAPTURE(name);
        const bool known =
            is_known(name) || (name.ends_with("_FILE") && is_known(name.substr(0, name.size() - 5)));
        CHECK(known);
    }
}

TEST_CASE("doctor says what does not work without a vendor's variables, and what each is for") {
    const Patient patient;
    const Variable none{"STRIPE_SECRET_KEY", ""};
    const Variable nor{"STRIPE_WEBHOOK_SECRET", ""};
    const json missing = findings_of("Stripe");
    REQUIRE(missing.size() == 1);
    CHECK(missing[0].at("level") == "note");
    CHECK(missing[0].at("what").get<std::string>().find("nobody is billed") != std::string::npos);
    CHECK(missing[0].at("remedy").get<std::string>().find("STRIPE_WEBHOOK_SECRET (verifies") !=
          std::string::npos);
    const Variable half{"STRIPE_SECRET_KEY", "sk_test_1"};
    CHECK(findings_of("Stripe")[0].at("level") == "warning");
    const Variable whole{"STRIPE_WEBHOOK_SECRET", "whsec_1"};
    CHECK(findings_of("Stripe")[0].at("level") == "ok");
}

TEST_CASE("doctor checks shapes, and shows no value") {
    const Patient patient;
    const std::vector<std::pair<std::string, std::string>> wrong{{"STRIPE_SECRET_KEY", "pk_zebra"},
                                                                 {"STRIPE_WEBHOOK_SECRET", "whsec_a,zebra"},
                                                                 {"STRIPE_METER_ID", "zebra"},
                                                                 {"TWILIO_SMS_FROM", "zebra"},
                                                                 {"RESEND_FROM", "zebra"},
                                                                 {"API_URL", "zebra"},
                                                                 {"APP_URL", "https://app.example/zebra"},
                                                                 {"CALLFLEX_LISTEN", "zebra:99999"},
                                                                 {"LIVE_TOKEN_KEY", "zebra"},
                                                                 {"SUPABASE_REALTIME", "zebra"},
                                                                 {"CALLFLEX_STORAGE", "zebra"},
                                                                 {"CALLFLEX_EXPORT_S3", "zebra//"},
                                                                 {"WEBHOOK_SCHEDULE", "zebra"},
                                                                 {"CALLFLEX_REQUESTS_PER_MINUTE", "zebra"}};
    for (const auto& [name, value] : wrong) {
        CAPTURE(name);
        const Variable set{name, value};
        const Variable account{"TWILIO_ACCOUNT_SID", name == "TWILIO_SMS_FROM" ? "AC1" : ""};
        const Printed printed = callflex({"doctor", "-o", "json"});
        CHECK(printed.code == 1);
        CHECK_FALSE(printed.has("zebra"));
        const json found = findings_of(name);
        REQUIRE(found.size() == 1);
        CHECK(found[0].at("level") == "problem");
        CHECK(found[0].contains("remedy"));
    }
}

TEST_CASE("S-29: doctor names a secret's file that every user of the machine may read") {
    const Patient patient;
    const File file{"sk_test_zebra"};
    const Variable key{"STRIPE_SECRET_KEY_FILE", file.path()};
    std::filesystem::permissions(file.path(), std::filesystem::perms{0644});
    const json found = findings_of("STRIPE_SECRET_KEY_FILE");
    REQUIRE(found.size() == 1);
    CHECK(found[0].at("level") == "warning");
    CHECK(found[0].at("remedy").get<std::string>().find("chmod") != std::string::npos);
    CHECK_FALSE(callflex({"doctor"}).has("zebra"));
    std::filesystem::permissions(file.path(), std::filesystem::perms{0640});
    CHECK(findings_of("STRIPE_SECRET_KEY_FILE").empty());
}

TEST_CASE("doctor finds a secrets key that is none, and warns of private addresses and misspelt names") {
    const Patient patient;
    const Variable key{"CALLFLEX_SECRETS_KEY", "zebra"};
    const Variable open{"WEBHOOK_ALLOW_PRIVATE", "1"};
    const Variable misspelt{"STRIPE_API_KEY", "zebra"};
    const Variable by_file{"STRIPE_SECRET_KEY_FILE", ""};
    CHECK(findings_of("secrets key")[0].at("level") == "problem");
    CHECK(findings_of("webhooks").back().at("level") == "warning");
    REQUIRE(findings_of("STRIPE_API_KEY").size() == 1);
    CHECK(findings_of("STRIPE_API_KEY")[0].at("level") == "warning");
    CHECK(findings_of("STRIPE_SECRET_KEY_FILE").empty());
    CHECK_FALSE(callflex({"doctor"}).has("zebra"));
}

TEST_CASE(
    "doctor warns of a session that listens and does not read, before the server's notifications are stuck") {
    const Database database;
    const Variable url{"DATABASE_URL", database.url()};
    const auto notify = [&](int kilobytes) {
        database.execute(fmt::format(
            "select count(pg_notify('crowd', lpad(i::text, 7900, 'x'))) from generate_series(1, {}) as i",
            kilobytes / 8));
    };
    CHECK(findings_of("notifications").at(0).at("level") == "ok");
    {
        pqxx::connection deaf{database.url()};
        pqxx::nontransaction{deaf}.exec("listen crowd");
        const pqxx::work idle{deaf};
        notify(100'000);
        CHECK(findings_of("notifications").at(0).at("level") == "warning");
    }
    CHECK(eventually([&] {
        notify(80);
        return findings_of("notifications").at(0).at("level") == "ok";
    }));
}

}  // namespace test
