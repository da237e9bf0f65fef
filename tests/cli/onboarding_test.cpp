// The onboarding commands against a real database, without any worker.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

constexpr const char* id = "0199f0a4-0000-7000-8000-0000000000a1";

struct Site {
    Site() {
        database.execute(
            "insert into app.organizations (id, name, slug, billing_period_start, billing_period_end) values "
            "('0199f0a4-0000-7000-8000-0000000000a1', 'Acme', 'acme', '2026-11-01', '2026-12-01')");
    }
    Database database;
    Variable url{"DATABASE_URL", database.url()};
};

std::vector<std::string> onboarding(std::vector<std::string> words) {
    words.insert(words.begin(), "onboarding");
    words.insert(words.end(), {"--organization", "acme", "-o", "json"});
    return words;
}

std::vector<std::string> start(const std::string& area_code = "415") {
    return onboarding({"start", "-t", "general-receptionist", "--area-code", area_code, "--set",
                       "businessDescription=Freight", "--set", "languages=Spanish,French"});
}

}  // namespace

TEST_CASE("an onboarding is started once for an organization, with the template's variables") {
    const Site site;
    const auto first = callflex(start());
    CHECK(first.code == 0);
    CHECK(first.json().at("workflow_id") == std::string{"onboarding-"} + id);
    CHECK(site.database.value("select tenant from engine.runs") == id);
    const auto shown = callflex({"workflow", "show", std::string{"onboarding-"} + id, "-o", "json"});
    CHECK(shown.out.find("area_code") != std::string::npos);
    CHECK(shown.out.find("French") != std::string::npos);

    const auto again = callflex(start());
    CHECK(again.code == 6);
    CHECK(again.err.find("being set up already") != std::string::npos);
    CHECK(site.database.value("select count(*) from engine.runs") == "1");
}

TEST_CASE("an onboarding that cannot work is refused before it starts") {
    const Site site;
    CHECK(callflex(start("41")).code == 2);
    CHECK(callflex(onboarding({"start", "-t", "no-such", "--area-code", "415"})).code == 3);
    CHECK(callflex({"onboarding", "start", "--organization", "nobody", "-t", "general-receptionist",
                    "--area-code", "415"})
              .code == 3);
    CHECK(site.database.value("select count(*) from engine.runs") == "0");
}

TEST_CASE("signals reach the run of the organization; without one the command says so") {
    const Site site;
    CHECK(callflex(onboarding({"retry"})).code == 3);
    CHECK(callflex(onboarding({"state"})).code == 3);
    REQUIRE(callflex(start()).code == 0);
    CHECK(callflex(onboarding({"retry"})).json().at("delivered") == true);
    CHECK(callflex(onboarding({"change-area-code", "628"})).code == 0);
    CHECK(callflex(onboarding({"change-area-code", "6289"})).code == 2);
    CHECK(callflex(onboarding({"complete-step", "ready_for_testing"})).code == 0);
    CHECK(callflex(onboarding({"complete-step", "linking_number"})).code == 2);
    CHECK(site.database.value("select count(*) from engine.inbox") == "3");
}

}  // namespace test
