// I-37, S-21, S-29, S-32, S-51 to S-53: secrets of every kind are planted, a call goes through real processes, vendors
// throw the secrets back in their errors, Postgres logs every statement with its parameters; then nothing that can be
// read afterwards shows one.

#include <doctest/doctest.h>

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <regex>

#include "api/ingress/signature.hpp"
#include "api/private_memory.hpp"
#include "tests/ingress/planted_site.hpp"
#include "tests/support/eventually.hpp"

using callflex::ingress::to_base64;
using test::Canaries;
using test::PlantedSite;

TEST_CASE("I-37: a planted secret is found nowhere but in ciphertext") {
    PlantedSite site;
    site.process_a_call();
    const auto places = site.places();
    for (const auto& [place, text] : places) {
        // Only root can read a daemon's environment at all.
        CHECK((!text.empty() || place.ends_with("environment")));
        for (const std::string& canary : site.canaries.found_in(text)) {
            FAIL_CHECK("found in " << place << ": " << canary);
        }
    }
    // It was worth looking: statements with parameters, and what vendors have answered.
    CHECK(places.at("the server's log").find("$1 = ") != std::string::npos);
    CHECK(places.at("the dump").find("Twilio") != std::string::npos);
}

TEST_CASE("S-51: a daemon's memory and environment are its own, and no core is written") {
    const PlantedSite site;
    for (const pid_t daemon : site.daemons()) {
        const std::filesystem::path limits = "/proc/" + std::to_string(daemon) + "/limits";
        CHECK(test::eventually([&] {
            return std::regex_search(test::text_of(limits), std::regex{R"(Max core file size +0 +0 )"});
        }));
    }
    // Whether others may look into a process is told to nobody but itself.
    const pid_t child = ::fork();
    if (child == 0) {
        callflex::keep_memory_private();
        ::_exit(::prctl(PR_GET_DUMPABLE) == 0 ? 42 : 1);
    }
    int status = 0;
    REQUIRE(::waitpid(child, &status, 0) == child);
    CHECK(WEXITSTATUS(status) == 42);
}

TEST_CASE("I-37: a secret is recognised in base64, in hexadecimal, and when it was cut") {
    Canaries canaries;
    const std::string token = canaries.token("t");
    const std::string key = canaries.key("k");
    CHECK(canaries.found_in("key=" + token + "&x") == std::vector<std::string>{"t"});
    CHECK(canaries.found_in(to_base64("user:" + token)) == std::vector<std::string>{"t"});
    CHECK(canaries.found_in(to_base64("user1:" + token)) == std::vector<std::string>{"t"});
    CHECK(canaries.found_in(callflex::ingress::to_hex(token)) == std::vector<std::string>{"t"});
    CHECK(canaries.found_in(token.substr(0, 30)) == std::vector<std::string>{"t"});
    CHECK(canaries.found_in("x" + key) == std::vector<std::string>{"k"});
    CHECK(canaries.found_in("nothing of the kind").empty());
}
