// The systemd units: what they allow is scored, and what they say is understood, by systemd itself.

#include <doctest/doctest.h>

#include <unistd.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "tests/tidy/source_tree.hpp"

namespace {

const std::filesystem::path units = tidy::root() / "scripts/packaging/systemd";
constexpr std::array services{"callflex-ingress.service", "callflex-worker@.service",
                              "callflex-dispatcher.service"};

struct Ended {
    int code;
    std::string output;
};

Ended run(const std::string& command) {
    std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
    return {::pclose(pipe), output};
}

/// The units, with this build's program in the place of the installed one, which need not be there.
class Copies {
  public:
    Copies() : path_("/tmp/callflex-units-" + std::to_string(::getpid())) {
        std::filesystem::copy(units, path_, std::filesystem::copy_options::recursive);
        for (const char* service : services) {
            std::ifstream in{units / service};
            std::string text{std::istreambuf_iterator<char>(in), {}};
            const std::string installed = "ExecStart=/usr/bin/callflex ";
            const auto at = text.find(installed);
            REQUIRE(at != std::string::npos);
            text.replace(at, installed.size(), "ExecStart=" CALLFLEX_BINARY " ");
            std::ofstream{path_ / service} << text;
        }
    }
    ~Copies() { std::filesystem::remove_all(path_); }
    Copies(const Copies&) = delete;
    Copies& operator=(const Copies&) = delete;
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

}  // namespace

TEST_CASE("systemd scores what each unit exposes at 2.0 or better") {
    REQUIRE_MESSAGE(run("command -v systemd-analyze").code == 0,
                    "systemd-analyze is missing: run scripts/setup");
    for (const char* service : services) {
        // A threshold of 20 is an exposure of 2.0, from 0 (none) to 10.
        const Ended scored = run("systemd-analyze security --no-pager --offline=true --threshold=20 '" +
                                 (units / service).string() + "'");
        INFO(service << "\n"
                     << scored.output.substr(scored.output.size() < 200 ? 0 : scored.output.size() - 200));
        CHECK(scored.code == 0);
        CHECK(scored.output.find("Overall exposure level") != std::string::npos);
    }
}

TEST_CASE("systemd understands every line of the units") {
    const Copies copies;
    for (const char* service : {"callflex-ingress.service", "callflex-worker@1.service",
                                "callflex-dispatcher.service", "callflex.target"}) {
        const std::string file =
            std::string{service} == "callflex-worker@1.service" ? "callflex-worker@.service" : service;
        const Ended verified =
            run("SYSTEMD_LOG_LEVEL=warning systemd-analyze verify --man=no --recursive-errors=no '" +
                (copies.path() / file).string() + "'");
        INFO(service << "\n" << verified.output);
        CHECK(verified.code == 0);
        CHECK(verified.output.find(copies.path().string()) == std::string::npos);
    }
}

TEST_CASE("S-51: nothing of a daemon's memory gets to a disk: neither as a core nor as swap") {
    std::ifstream in{units / "callflex-.service.d/10-common.conf"};
    const std::string common{std::istreambuf_iterator<char>(in), {}};
    CHECK(common.find("\nLimitCORE=0\n") != std::string::npos);
    CHECK(common.find("\nMemorySwapMax=0\n") != std::string::npos);
    for (const char* service : services) {
        CAPTURE(service);
        std::ifstream file{units / service};
        const std::string text{std::istreambuf_iterator<char>(file), {}};
        CHECK(text.find("LimitCORE") == std::string::npos);
        CHECK(text.find("MemorySwapMax") == std::string::npos);
    }
}

TEST_CASE("the dispatcher is let out to the internet alone, as a user of its own, with no vendor's secret") {
    std::ifstream in{units / "callflex-dispatcher.service"};
    const std::string text{std::istreambuf_iterator<char>(in), {}};
    for (const char* network : {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16",
                                "127.0.0.0/8", "100.64.0.0/10", "::1/128", "fc00::/7", "fe80::/10"}) {
        CAPTURE(network);
        const auto at = text.find(network);
        REQUIRE(at != std::string::npos);
        CHECK(text.rfind("IPAddressDeny=", at) > text.rfind('\n', at));
    }
    CHECK(text.find("User=callflex-dispatcher\n") != std::string::npos);
    CHECK(text.find("LoadCredential=callflex:/etc/callflex/credentials\n") == std::string::npos);
    CHECK(text.find("LoadCredential=DATABASE_URL:") != std::string::npos);
}
