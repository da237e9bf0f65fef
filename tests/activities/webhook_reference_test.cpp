// Our messages, judged by the reference library of Standard Webhooks. Skipped, saying so, where there is no Node or no
// package registry.

#include <doctest/doctest.h>

#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>

#include "activities/webhooks/signing.hpp"
#include "tests/workflows/temporary_folder.hpp"

using namespace callflex::webhooks;

namespace {

/// As it goes out, and what the library is to say of it.
nlohmann::json message(const std::vector<std::string>& secrets, const std::string& judged_with,
                       const std::string& body, std::chrono::seconds age, bool valid) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) - age;
    return {{"secret", judged_with},
            {"headers",
             {{"webhook-id", "msg_1"},
              {"webhook-timestamp", std::to_string(now.time_since_epoch().count())},
              {"webhook-signature", signatures(secrets, "msg_1", now, body)}}},
            {"body", body},
            {"valid", valid}};
}

std::string run(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
    ::pclose(pipe);
    return output;
}

}  // namespace

TEST_CASE("S-68: the reference library accepts what we sign, during a rotation too, and nothing else") {
    using namespace std::chrono_literals;
    const std::string one = generate_secret();
    const std::string two = generate_secret();
    const std::string body = R"({"type":"call.completed","data":{"name":"Zoë ☃"}})";
    nlohmann::json messages = nlohmann::json::array();
    messages.push_back(message({one}, one, body, 0s, true));
    messages.push_back(message({one, two}, one, body, 0s, true));
    messages.push_back(message({one, two}, two, body, 0s, true));
    messages.push_back(message({one}, two, body, 0s, false));
    messages.push_back(message({one}, one, body, 10min, false));
    messages.push_back(message({generate_secret(SecretKind::ed25519), one}, one, body, 0s, true));
    messages.push_back(message({one}, one, body, 0s, false));
    messages.back()["body"] = body + " ";

    const test::TemporaryFolder folder;
    const std::string file = (folder.path / "messages.json").string();
    std::ofstream{file} << messages.dump();
    const std::string verdict =
        run(CALLFLEX_SOURCE_DIR "/tests/activities/reference/verify_webhooks " + file);
    if (verdict.starts_with("skipped: ")) {
        MESSAGE(verdict);
        return;
    }
    CHECK(verdict == "verified " + std::to_string(messages.size()) + "\n");
}
