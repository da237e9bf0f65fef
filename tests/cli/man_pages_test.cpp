// Manual pages and completion for zsh and fish: made from the command tree, so that they cannot go stale.

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "api/cli/commands.hpp"
#include "api/cli/man_pages.hpp"
#include "api/cli/run.hpp"
#include "tests/cli/console.hpp"

namespace test {
namespace {

std::map<std::string, std::string> pages() {
    std::ostringstream nowhere;
    callflex::cli::Session session{{nowhere, nowhere, false, false}, "callflex"};
    const auto root = callflex::cli::make_command_tree(session);
    std::map<std::string, std::string> by_name;
    for (auto& page : callflex::cli::man_pages(*root)) by_name.emplace(page.name, page.text);
    return by_name;
}

}  // namespace

TEST_CASE("every command stands in callflex(1), or in the page of its group") {
    const auto all = pages();
    REQUIRE(all.contains("callflex"));
    for (const auto& command : callflex::cli::commands()) {
        const std::string group{command.group};
        const std::string first = group.substr(0, group.find(' '));
        const std::string own = "callflex-" + std::string{command.name};
        const std::string page = first.empty() ? (all.contains(own) ? own : "callflex") : "callflex-" + first;
        CAPTURE(std::string{command.name});
        REQUIRE(all.contains(page));
        const std::string line =
            "callflex " + (group.empty() ? "" : group + " ") + std::string{command.name} + " ";
        CHECK(all.at(page).find(callflex::cli::roff(line)) != std::string::npos);
    }
}

TEST_CASE("manual pages hold no text that roff would take for its own") {
    CHECK(callflex::cli::roff(".TH x") == "\\&.TH x");
    CHECK(callflex::cli::roff("'so /etc/passwd") == "\\&\\(aqso /etc/passwd");
    CHECK(callflex::cli::roff("a\\fB --b \"c\"") == "a\\efB \\-\\-b \\(dqc\\(dq");
    CHECK(callflex::cli::roff("RUN… ü") == "RUN\\[u2026] \\[u00FC]");
    for (const auto& [name, text] : pages()) {
        CAPTURE(name);
        CHECK(std::ranges::all_of(text, [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
        CHECK(text.find("\n.SH EXIT STATUS\n") != std::string::npos);
        std::istringstream lines{text};
        for (std::string line; std::getline(lines, line);) {
            CAPTURE(line);
            if (!line.starts_with('.')) continue;
            const std::string request =
                line.substr(1, line.find(' ') == std::string::npos ? 2 : line.find(' ') - 1);
            CHECK(std::string{" \\\" TH SH SS TP PP RS RE nf fi B BR I "}.find(" " + request + " ") !=
                  std::string::npos);
        }
    }
}

TEST_CASE("zsh and fish are offered every command and option that bash is") {
    const auto zsh = callflex({"completion", "zsh"});
    const auto fish = callflex({"completion", "fish"});
    CHECK(zsh.out.starts_with("#compdef callflex\n"));
    for (const auto& command : callflex::cli::commands()) {
        const std::string group{command.group};
        const std::string path = "callflex" + (group.empty() ? "" : " " + group);
        const std::string name{command.name};
        CAPTURE(name);
        CHECK(zsh.has("(\"" + path + " " + name + "\") print -r -- \""));
        CHECK(fish.has("-n '__callflex_at \"" + path + "\"' -f -a " + name + " -d '"));
    }
    CHECK(
        fish.has("complete -c callflex -n '__callflex_at \"callflex workflow list\"' -l status -s s -r -d "));
}

}  // namespace test
