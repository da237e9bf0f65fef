// retention list, set and remove.

#include <doctest/doctest.h>

#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

struct Shelf {
    Database database;
    Variable url{"DATABASE_URL", database.url()};
    [[nodiscard]] static nlohmann::json policies() {
        return callflex({"retention", "list", "-o", "json"}).json();
    }
};

}  // namespace

TEST_CASE_FIXTURE(Shelf, "without a policy retention list says that closed runs are kept for ever") {
    const auto printed = callflex_on_terminal({"retention", "list"});
    CHECK(printed.code == 0);
    CHECK(printed.err.find("kept for ever") != std::string::npos);
    CHECK(policies().empty());
}

TEST_CASE_FIXTURE(Shelf,
                  "retention set decides for a kind of run, again for the same kind, and leaves records") {
    CHECK(callflex({"retention", "set", "--keep", "90d", "--reason", "policy"}).code == 0);
    CHECK(callflex({"retention", "set", "--keep", "400d", "--status", "failed", "--export", "--reason",
                    "evidence"})
              .code == 0);
    CHECK(callflex({"retention", "set", "--keep", "12h", "--type", "notify", "--status", "failed", "--reason",
                    "x"})
              .code == 0);
    CHECK(callflex({"retention", "set", "--keep", "30d", "--reason", "policy of 2027"}).code == 0);
    const auto set = policies();
    REQUIRE(set.size() == 3);
    for (const auto& policy : set) {
        if (policy.at("status") == "") {
            CHECK(policy.at("keep") == "30 d");
            CHECK(policy.at("type") == "");
            CHECK(policy.at("export") == false);
        } else if (policy.at("type") == "") {
            CHECK(policy.at("keep") == "400 d");
            CHECK(policy.at("export") == true);
        } else {
            CHECK(policy.at("type") == "notify");
            CHECK(policy.at("keep") == "12 h");
        }
    }
    const auto shown = callflex_on_terminal({"retention", "list"});
    CHECK(shown.has("400 d"));
    CHECK(shown.has("any"));
    const auto acts = callflex({"audit", "list", "--verb", "retention set", "-o", "json"}).json();
    REQUIRE(acts.size() == 4);
    CHECK(acts[0].at("reason") == "policy of 2027");
}

TEST_CASE_FIXTURE(
    Shelf, "retention set refuses an outcome that runs do not have, a time that is none, and no reason") {
    const auto outcome =
        callflex({"retention", "set", "--keep", "90d", "--status", "running", "--reason", "x"});
    CHECK(outcome.code != 0);
    CHECK(outcome.err.find("no outcome of a run") != std::string::npos);
    CHECK(callflex({"retention", "set", "--keep", "soon", "--reason", "x"}).code == 2);
    CHECK(callflex({"retention", "set", "--keep", "90d"}).code == 2);
    CHECK(callflex({"retention", "set", "--reason", "x"}).code == 2);
    CHECK(policies().empty());
}

TEST_CASE_FIXTURE(Shelf, "retention remove takes back one policy, and says when there is none") {
    REQUIRE(callflex({"retention", "set", "--keep", "90d", "--reason", "policy"}).code == 0);
    REQUIRE(callflex({"retention", "set", "--keep", "7d", "--type", "notify", "--reason", "policy"}).code ==
            0);
    const auto missing = callflex({"retention", "remove", "--status", "failed", "--reason", "x"});
    CHECK(missing.code == 3);
    CHECK(missing.err.find("no policy for type any and outcome failed") != std::string::npos);
    CHECK(callflex({"retention", "remove", "--type", "notify", "--reason", "as all others"}).code == 0);
    REQUIRE(policies().size() == 1);
    CHECK(policies()[0].at("type") == "");
    CHECK(callflex({"audit", "list", "--verb", "retention remove", "-o", "json"}).json().size() == 1);
}

}  // namespace test
