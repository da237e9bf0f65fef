// payload erase, rotate and rewrap; workflow export of what is encrypted.

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/payloads/compression.hpp"
#include "tests/cli/console.hpp"
#include "tests/support/database.hpp"

namespace test {
namespace {

constexpr const char* old_key = "old:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr const char* both_keys =
    "new:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=,old:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";
constexpr const char* new_key = "new:AQAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// An organization's run with an input that is worth a key.
struct Vault {
    Vault() {
        const auto started = callflex({"workflow", "start", "call-processing", "--id", "c-1", "--tenant", "7",
                                       "-i", R"({"transcript":"confidential"})", "-o", "json"});
        REQUIRE(started.code == 0);
        run = started.json().at("run_id");
    }
    [[nodiscard]] bool shown() const {
        return callflex({"workflow", "show", "c-1", "-p"}).has("confidential");
    }
    [[nodiscard]] std::string master() const {
        return database.value("select string_agg(distinct master, ',') from engine.payload_keys");
    }

    Database database;
    Variable url{"DATABASE_URL", database.url()};
    Variable keys{"CALLFLEX_PAYLOAD_KEYS", old_key};
    std::string run;
};

}  // namespace

TEST_CASE_FIXTURE(Vault, "payload erase wants to know whose, why, and that it is meant") {
    CHECK(callflex({"payload", "erase", "--reason", "request", "--yes"}).code == 2);
    CHECK(callflex({"payload", "erase", "--organization", "7", "--yes"}).code == 2);
    const auto unsure = callflex({"payload", "erase", "--organization", "7", "--reason", "request"});
    CHECK(unsure.code == 2);
    CHECK(unsure.err.find("cannot be taken back") != std::string::npos);
    CHECK(shown());
    CHECK(callflex({"audit", "list", "-o", "json"}).json().empty());
}

TEST_CASE_FIXTURE(
    Vault, "payload erase of an organization leaves its histories without what they said, and a record") {
    const auto others = callflex({"payload", "erase", "--organization", "8", "--reason", "request", "--yes"});
    CHECK(others.code == 0);
    CHECK(others.has("nothing was encrypted for them"));
    CHECK(shown());
    const auto erased = callflex(
        {"payload", "erase", "--organization", "7", "--reason", "contract ended", "--yes", "-o", "json"});
    CHECK(erased.json() == nlohmann::json{{"keys", 1}, {"stored", 0}});
    const auto history = callflex_on_terminal({"workflow", "show", "c-1", "-p"});
    CHECK(history.code == 0);
    CHECK(history.has("(erased)"));
    CHECK_FALSE(history.has("confidential"));
    const auto acts = callflex({"audit", "list", "--verb", "payload erase", "-o", "json"}).json();
    REQUIRE(acts.size() == 2);
    CHECK(acts[0].at("reason") == "contract ended");
    CHECK(acts[0].at("target") == "tenant 7");
}

TEST_CASE_FIXTURE(Vault, "payload erase of a person needs the master key, and its record does not name him") {
    {
        const Variable none{"CALLFLEX_PAYLOAD_KEYS", ""};
        const auto refused =
            callflex({"payload", "erase", "--subject", "+15550100", "--reason", "request", "--yes"});
        CHECK(refused.code != 0);
        CHECK(refused.err.find("CALLFLEX_PAYLOAD_KEYS") != std::string::npos);
    }
    const auto erased = callflex(
        {"payload", "erase", "--subject", "+15550100", "--reason", "request", "--yes", "-o", "json"});
    CHECK(erased.json().at("keys") == 0);
    CHECK(shown());
    const auto acts = callflex({"audit", "list", "--verb", "payload erase", "-o", "json"});
    CHECK(acts.json().size() == 1);
    CHECK_FALSE(acts.has("15550100"));
}

TEST_CASE_FIXTURE(Vault, "payload rotate lets a new key encrypt, and the old one go on opening") {
    CHECK(callflex({"payload", "rotate", "--organization", "8", "--reason", "yearly", "-o", "json"})
              .json()
              .at("keys") == 0);
    CHECK(callflex({"payload", "rotate", "--reason", "yearly", "-o", "json"}).json().at("keys") == 1);
    CHECK(
        callflex({"workflow", "start", "call-processing", "--id", "c-2", "--tenant", "7", "-i", "{}"}).code ==
        0);
    CHECK(database.value("select count(*) from engine.payload_keys") == "2");
    CHECK(shown());
    CHECK(callflex({"payload", "rotate"}).code == 2);
}

TEST_CASE_FIXTURE(Vault, "payload rewrap lets the old master key be taken out, and not before") {
    {
        const Variable only_new{"CALLFLEX_PAYLOAD_KEYS", new_key};
        CHECK_FALSE(shown());
        const auto refused = callflex({"payload", "rewrap", "--reason", "new master key"});
        CHECK(refused.code != 0);
        CHECK(refused.err.find("'old'") != std::string::npos);
    }
    CHECK(master() == "old");
    {
        const Variable during{"CALLFLEX_PAYLOAD_KEYS", both_keys};
        CHECK(callflex_on_terminal({"payload", "rewrap", "--reason", "new master key"}).has("1 data keys"));
        CHECK(callflex({"payload", "rewrap", "--reason", "again", "-o", "json"}).json().at("keys") == 0);
    }
    CHECK(master() == "new");
    const Variable after{"CALLFLEX_PAYLOAD_KEYS", new_key};
    CHECK(shown());
}

TEST_CASE_FIXTURE(Vault,
                  "workflow export writes what is stored, still encrypted, to a file or standard output") {
    const auto file = std::filesystem::temp_directory_path() / (database.name() + ".jsonl.zst");
    const auto exported = callflex({"workflow", "export", "c-1", "--file", file.string(), "-o", "json"});
    REQUIRE(exported.code == 0);
    CHECK(exported.json().at("run_id") == run);
    CHECK(exported.json().at("file") == file.string());
    std::ifstream in{file, std::ios::binary};
    const std::string bytes{std::istreambuf_iterator<char>{in}, {}};
    CHECK(exported.json().at("bytes") == bytes.size());
    const std::string lines = durable::payloads::decompress(bytes);
    CHECK(lines.find(run) != std::string::npos);
    CHECK(lines.find("confidential") == std::string::npos);
    CHECK(callflex({"workflow", "export", run, "--file", "-"}).out == bytes);
    CHECK(callflex({"replay", file.string()}).code == 0);
    std::filesystem::remove(file);
}

TEST_CASE_FIXTURE(Vault, "workflow export tells an unknown run and a folder that is not there apart") {
    CHECK(callflex({"workflow", "export", "c-9", "--file", "-"}).code == 3);
    const auto nowhere = callflex({"workflow", "export", "c-1", "--file", "/nonexistent/c-1.zst"});
    CHECK(nowhere.code == 1);
    CHECK(nowhere.err.find("cannot write /nonexistent/c-1.zst") != std::string::npos);
}

}  // namespace test
