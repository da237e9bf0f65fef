// Limits that keep files readable, so that they never become an argument. Function sizes are clang-tidy's
// business.

#include <doctest/doctest.h>

#include "tests/tidy/source_tree.hpp"

TEST_CASE("a file has at most 500 lines, a line at most 120 columns") {
    for (const auto& file : tidy::sources()) {
        INFO(file.path);
        CHECK(file.lines.size() <= 500);
        for (std::size_t number = 0; number < file.lines.size(); ++number) {
            // Long literals (signature vectors, patterns) cannot be broken; everything else can.
            const bool literal = file.lines[number].find('"') != std::string::npos;
            INFO(file.path << ":" << number + 1);
            CHECK((literal || file.lines[number].size() <= 120));
        }
    }
}

TEST_CASE("nothing is left undone") {
    static const std::regex undone{R"(\b(TODO|FIXME|XXX|HACK)\b)"};
    for (const auto& file : tidy::sources()) {
        if (file.below("tests/tidy")) continue;
        for (std::size_t number = 0; number < file.lines.size(); ++number) {
            INFO(file.path << ":" << number + 1 << ": " << file.lines[number]);
            CHECK_FALSE(std::regex_search(file.lines[number], undone));
        }
    }
}

TEST_CASE("only the rooms of the architecture stand at the top") {
    const std::vector<std::string> known = {"CMakeLists.txt",
                                            "CMakePresets.json",
                                            "README.md",
                                            "CHANGELOG.md",
                                            "ARCHITECTURE.md",
                                            "LICENSE",
                                            "engine",
                                            "workflows",
                                            "activities",
                                            "api",
                                            "schema",
                                            "tests",
                                            "scripts",
                                            "docs",
                                            "build"};
    for (const auto& entry : std::filesystem::directory_iterator(tidy::root())) {
        const std::string name = entry.path().filename();
        if (name.starts_with(".") || name == "compile_commands.json") continue;
        INFO(name);
        CHECK(std::find(known.begin(), known.end(), name) != known.end());
    }
}
