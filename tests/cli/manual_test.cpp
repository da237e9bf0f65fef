// What holds for every command, because it follows from the command tree.

#include <doctest/doctest.h>

#include <unistd.h>

#include <cstdio>
#include <map>
#include <sstream>

#include "api/build_id.hpp"
#include "api/cli/commands.hpp"
#include "tests/cli/console.hpp"

namespace test {
namespace {

std::vector<std::string> words_of(const callflex::cli::Command& command) {
    std::istringstream group{std::string{command.group}};
    std::vector<std::string> words;
    for (std::string word; group >> word;) words.push_back(word);
    words.emplace_back(command.name);
    return words;
}

/// What bash would offer for the words typed so far.
std::string offered(const std::string& typed) {
    const auto script = callflex({"completion", "bash"});
    REQUIRE(script.code == 0);
    std::string words;
    int count = 0;
    std::istringstream stream(typed);
    for (std::string word; stream >> word; ++count) words += "'" + word + "' ";
    if (typed.ends_with(' ')) {
        words += "''";
        ++count;
    }
    const std::string program = script.out + "\nCOMP_WORDS=(" + words +
                                ")\nCOMP_CWORD=" + std::to_string(count - 1) +
                                "\n_callflex\necho \" ${COMPREPLY[*]} \"\n";
    const std::string path = "/tmp/callflex-completion-" + std::to_string(::getpid()) + ".bash";
    std::FILE* file = std::fopen(path.c_str(), "w");
    REQUIRE(file != nullptr);
    std::fputs(program.c_str(), file);
    std::fclose(file);
    std::FILE* pipe = ::popen(("bash " + path).c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::string output;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) output += static_cast<char>(c);
    CHECK(::pclose(pipe) == 0);
    std::remove(path.c_str());
    return output;
}

}  // namespace

TEST_CASE("every command's help shows its usage, an example and the exit codes, and needs no database") {
    const Variable no_database{"DATABASE_URL", ""};
    for (const auto& command : callflex::cli::commands()) {
        auto words = words_of(command);
        words.emplace_back("--help");
        const auto printed = callflex(words);
        CAPTURE(std::string{command.name});
        CHECK(printed.code == 0);
        CHECK(printed.err.empty());
        CHECK(printed.has("USAGE\n  callflex "));
        CHECK(printed.has("DESCRIPTION\n"));
        CHECK(printed.has("EXAMPLES\n  # "));
        CHECK(printed.has("EXIT CODES\n  0  ok"));
        CHECK(printed.has("--output"));
        std::istringstream lines(printed.out);
        for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 130);
    }
}

TEST_CASE("the help of the program lists every command that has no group") {
    const auto printed = callflex({"--help"});
    CHECK(printed.code == 0);
    for (const auto& command : callflex::cli::commands()) {
        const std::string name = words_of(command).front();
        CHECK(printed.has("\n  " + name + " "));
    }
}

TEST_CASE("completion offers every command in its place") {
    std::map<std::string, std::string> offers;
    for (const auto& command : callflex::cli::commands()) {
        const std::string group{command.group};
        if (!offers.contains(group))
            offers[group] = offered("callflex " + (group.empty() ? "" : group + " "));
        const std::string name = " " + std::string{command.name} + " ";
        CHECK(offers[group].find(name) != std::string::npos);
    }
    CHECK(offered("callflex workflow li") == " list \n");
    CHECK(offered("callflex -o json workflow sho") == " show \n");
    CHECK(offered("callflex workflow list --status ca") == " canceled \n");
    CHECK(offered("callflex org list --status past") == " past_due \n");
    CHECK(offered("callflex call list --status end") == " ended \n");
    CHECK(offered("callflex webhook delivery list --status de") == " delivered dead \n");
    CHECK(offered("callflex org create --plan st") == " starter \n");
    CHECK(offered("callflex migrate --plan --s") == " --sql \n");
    CHECK(offered("callflex org create --industry le") == " legal \n");
    CHECK(offered("callflex workflow list --output ").find(" jsonl ") != std::string::npos);
    CHECK(offered("callflex workflow show --foll") == " --follow \n");
    CHECK(offered("callflex bench --out") == " --output \n");
}

TEST_CASE("a mistyped command is a usage error that names the nearest one") {
    const auto top = callflex({"wrkflow"});
    CHECK(top.code == 2);
    CHECK(top.err.find("callflex workflow") != std::string::npos);
    const auto nested = callflex({"workflow", "lst"});
    CHECK(nested.code == 2);
    CHECK(nested.err.find("no command \"lst\"") != std::string::npos);
    CHECK(nested.err.find("callflex workflow list") != std::string::npos);
    CHECK(nested.out.empty());
    CHECK(callflex({}).code == 2);
}

TEST_CASE("an unknown option and a bad value are usage errors that point to the help") {
    for (const auto& arguments : {std::vector<std::string>{"workflow", "list", "--colour"},
                                  {"workflow", "list", "--status", "dead"},
                                  {"workflow", "list", "--limit", "0"},
                                  {"workflow", "list", "-o", "xml"},
                                  {"workflow", "result"}}) {
        const auto printed = callflex(arguments);
        CHECK(printed.code == 2);
        CHECK(printed.err.find("callflex workflow") != std::string::npos);
    }
}

TEST_CASE("the version names the build that activations record") {
    const auto printed = callflex({"--version"});
    CHECK(printed.code == 0);
    CHECK(printed.out == "callflex " + std::string{callflex::version()} + " build " +
                             std::string{callflex::build_id()} + "\n");
    CHECK(callflex::build_id().size() >= 12);
}

TEST_CASE("without a configured database a command says what to set") {
    const Variable no_url{"DATABASE_URL", ""};
    const Variable no_file{"DATABASE_URL_FILE", ""};
    const auto printed = callflex({"workflow", "list"});
    CHECK(printed.code == 2);
    CHECK(printed.err.find("DATABASE_URL") != std::string::npos);
}

TEST_CASE("a password is not taken from the command line") {
    const std::string secret = "hunter2";
    for (const auto& url : {"postgresql://me:" + secret + "@h/db", "host=h password=" + secret}) {
        const auto printed = callflex({"workflow", "list", "--database-url", url});
        CHECK(printed.code == 2);
        CHECK(printed.err.find("DATABASE_URL_FILE") != std::string::npos);
        CHECK(printed.err.find(secret) == std::string::npos);
    }
}

TEST_CASE("a database that does not answer is exit code 5") {
    const auto printed = callflex({"workflow", "list", "--database-url", "host=/nonexistent dbname=x"});
    CHECK(printed.code == 5);
    CHECK(printed.err.find("callflex doctor") != std::string::npos);
}

}  // namespace test
