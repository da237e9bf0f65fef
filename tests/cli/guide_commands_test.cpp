// What the guide, the README and the commands' own examples type exists: each command, and each option of it.

#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

#include "api/cli/commands.hpp"
#include "api/cli/run.hpp"

namespace test {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

Words split(const std::string& text) {
    std::istringstream stream{text};
    Words words;
    for (std::string word; stream >> word;)
        words.push_back(word.substr(0, word.find('|')));  // cancel|terminate
    return words;
}

struct Typed {
    std::string place;
    std::string line;
};

/// Without what the shell makes of it: quoted texts, pipes, comments, redirections.
std::string bare(std::string line) {
    line = std::regex_replace(line, std::regex{R"("(\\.|[^"\\])*"|'[^']*')"}, "TEXT");
    return line.substr(0, std::min({line.find(" | "), line.find(" #"), line.find(" > "), line.find(" &")}));
}

/// The lines of a page's code blocks that begin with our name.
std::vector<Typed> typed_in(const fs::path& page) {
    std::ifstream in{page};
    std::vector<Typed> found;
    bool code = false;
    int number = 0;
    for (std::string line; std::getline(in, line);) {
        ++number;
        if (line.starts_with("```")) code = !code;
        if (line.starts_with("$ ")) line.erase(0, 2);
        if (!code || !line.starts_with("callflex ")) continue;
        found.push_back({page.filename().string() + ":" + std::to_string(number), line});
    }
    return found;
}

std::vector<Typed> typed_in_the_guide() {
    const fs::path root{CALLFLEX_SOURCE_DIR};
    std::vector<Typed> all = typed_in(root / "README.md");
    for (const auto& entry : fs::recursive_directory_iterator{root / "docs/guide"}) {
        if (entry.path().extension() != ".md") continue;
        const auto more = typed_in(entry.path());
        all.insert(all.end(), more.begin(), more.end());
    }
    return all;
}

/// The command's own words that `words` begin with; none: there is no such command.
Words command_of(const Words& words) {
    Words longest;
    for (const auto& command : callflex::cli::commands()) {
        Words own = split(std::string{command.group} + " " + std::string{command.name});
        if (own.size() <= longest.size() || own.size() > words.size()) continue;
        if (std::equal(own.begin(), own.end(), words.begin())) longest = std::move(own);
    }
    return longest;
}

/// Every command's help. The tree of commands is made once: it is what takes the time under sanitizers.
class Manual {
  public:
    const std::string& of(const Words& command) {
        const auto [known, first] = pages_.try_emplace(command);
        if (first) {
            const CLI::App* app = tree_.get();
            for (const std::string& word : command) app = app->get_subcommand(word);
            known->second = app->help();
        }
        return known->second;
    }

  private:
    std::ostringstream printed_;
    callflex::cli::Session session_{{printed_, printed_}, "callflex"};
    std::unique_ptr<CLI::App> tree_ = callflex::cli::make_command_tree(session_);
    std::map<Words, std::string> pages_;
};

/// What of a line's options the command does not have, one blank after each.
std::string unknown_options(const Words& words, const std::string& help) {
    std::string unknown;
    for (const std::string& word : words) {
        if (!word.starts_with("-") || word == "-") continue;
        const std::string option = word.substr(0, word.find('='));
        if (!std::regex_search(help, std::regex{"[ ,\n]" + option + "[ ,\n]"})) unknown += option + " ";
    }
    return unknown;
}

void check(const Typed& typed, Manual& manual) {
    INFO(typed.place << ": " << typed.line);
    Words words = split(bare(typed.line));
    words.erase(words.begin());
    const Words command = command_of(words);
    CHECK_FALSE(command.empty());
    if (!command.empty()) CHECK(unknown_options(words, manual.of(command)) == "");
}

}  // namespace

TEST_CASE("every command that the guide and the README type exists, with every option") {
    const auto typed = typed_in_the_guide();
    CHECK(typed.size() > 80);
    Manual manual;
    for (const auto& each : typed) check(each, manual);
}

TEST_CASE("every command that the alerts and their run book name in passing exists, with every option") {
    Manual manual;
    int named = 0;
    for (const char* page : {"docs/monitoring/callflex.rules.yml", "docs/guide/runbook.md"}) {
        std::ifstream in{fs::path{CALLFLEX_SOURCE_DIR} / page};
        const std::regex command{"`(callflex [^`]+)`"};
        for (std::string line; std::getline(in, line);) {
            for (std::sregex_iterator match{line.begin(), line.end(), command}, end; match != end;
                 ++match, ++named)
                check({page, (*match)[1].str()}, manual);
        }
    }
    CHECK(named > 20);
}

TEST_CASE("every example of a command's help exists, with every option") {
    Manual manual;
    for (const auto& command : callflex::cli::commands()) {
        const Words own = split(std::string{command.group} + " " + std::string{command.name});
        const std::string& help = manual.of(own);
        std::istringstream lines{help.substr(std::min(help.find("EXAMPLES"), help.size()))};
        for (std::string line; std::getline(lines, line);) {
            if (line.starts_with("  callflex ")) check({"help", line.substr(2)}, manual);
        }
    }
}

}  // namespace test
