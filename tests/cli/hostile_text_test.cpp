// S-29: whatever strangers have put into rows, no command lets it drive the terminal; and no command takes a secret
// as an argument, where every user of the machine could read it.

#include <doctest/doctest.h>

#include <algorithm>
#include <sstream>

#include "api/cli/commands.hpp"
#include "tests/cli/site.hpp"

namespace test {
namespace {

/// Clears the screen, sets the title, turns text around, begins a line of its own.
const std::string hostile =
    "a\x1b[2J\x1b]0;owned\x07\xe2\x80\xae\xc2\x9b"
    "31m\r\nroot# ";

/// Control characters other than the line feeds of a table, and characters that reorder text.
bool drives_a_terminal(const std::string& text) {
    const bool control = std::ranges::any_of(text, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return (byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f;
    });
    return control || text.find("\xe2\x80\xae") != std::string::npos ||
           text.find("\xc2\x9b") != std::string::npos || text.find("\nroot#") != std::string::npos;
}

std::vector<std::vector<std::string>> commands_about(const std::string& run) {
    return {{"workflow", "list"},
            {"workflow", "list", "-q", "Type = 'call-processing'"},
            {"workflow", "describe", run},
            {"workflow", "show", run},
            {"workflow", "why", run},
            {"workflow", "stack", run},
            {"workflow", "result", run, "--timeout", "1ms"},
            {"workflow", "trace", run},
            {"workflow", "metadata", run},
            {"workflow", "count", "-g", "OrganizationId"},
            {"audit", "list"},
            {"queue", "list"},
            {"worker", "list"},
            {"workflow", "describe", "nobody's " + hostile},
            {"workflow", "list", "-q", "OrganizationId = '" + hostile},
            {"workflow", "signal", run, hostile, "-i", "{}"},
            {"schedule", "describe", hostile},
            {hostile}};
}

}  // namespace

TEST_CASE("S-29: text from outside drives no terminal, in whatever command and format it is shown") {
    Site site;
    const Variable plain{"NO_COLOR", "1"};
    const nlohmann::json input{{"transcript", hostile}};
    const std::string text = input.dump();
    const auto started = callflex({"workflow", "start", "call-processing", "--id", "called", "-i", text, "-a",
                                   "OrganizationId=" + hostile, "-o", "json"});
    INFO(started.err);
    REQUIRE(started.code == 0);
    const std::string run = started.json().at("run_id");
    REQUIRE(callflex({"workflow", "signal", run, "note", "-i", text}).code == 0);
    REQUIRE(callflex({"workflow", "pause", run, "--reason", hostile}).code == 0);
    REQUIRE(site.database.value("select count(*) from engine.audit where reason like '%owned%'") == "1");
    for (const auto& arguments : commands_about(run)) {
        for (const char* format : {"table", "json"}) {
            auto words = arguments;
            words.insert(words.end(), {"-o", format});
            const auto printed = callflex_on_terminal(words);
            CAPTURE(arguments.front());
            CAPTURE(arguments.size() > 1 ? arguments[1] : "");
            CAPTURE(format);
            CHECK_FALSE(drives_a_terminal(printed.out));
            CHECK_FALSE(drives_a_terminal(printed.err));
        }
    }
}

TEST_CASE("S-29: no command has an option that takes a secret") {
    const Variable no_database{"DATABASE_URL", ""};
    for (const auto& command : callflex::cli::commands()) {
        std::istringstream group{std::string{command.group}};
        std::vector<std::string> words;
        for (std::string word; group >> word;) words.push_back(word);
        words.emplace_back(command.name);
        words.emplace_back("--help");
        const auto help = callflex(words);
        std::istringstream lines{help.out};
        for (std::string line; std::getline(lines, line);) {
            const auto option = line.find("  --");
            if (option == std::string::npos || option > 10) continue;
            const std::string name =
                line.substr(option + 4, line.find_first_of(" ,=", option + 4) - option - 4);
            CAPTURE(std::string{command.name});
            CAPTURE(name);
            for (const char* word : {"secret", "password", "api-key", "private-key", "master"})
                CHECK(name.find(word) == std::string::npos);
        }
    }
}

}  // namespace test
