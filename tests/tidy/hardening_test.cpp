// S-80: the program that ships is a hardened one. Looks at the binary; a build with sanitizers or without optimisation
// is not what ships, and is only held to what every build has.

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>

#include "tests/tidy/source_tree.hpp"

namespace {

std::string output_of(const std::string& command) {
    const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe{::popen(command.c_str(), "r"), ::pclose};
    REQUIRE(pipe);
    std::string text;
    std::array<char, 4096> part{};
    for (std::size_t got = 1; got != 0;) {
        got = std::fread(part.data(), 1, part.size(), pipe.get());
        text.append(part.data(), got);
    }
    return text;
}

struct Binary {
    explicit Binary(const std::string& path)
        : layout{output_of("llvm-readelf-19 --wide --file-header --program-headers --dynamic " + path)},
          imports{output_of("llvm-readelf-19 --wide --dyn-syms " + path)} {}

    [[nodiscard]] bool says(const char* pattern) const {
        return std::regex_search(layout, std::regex{pattern});
    }
    [[nodiscard]] bool imports_one_of(const char* pattern) const {
        return std::regex_search(imports, std::regex{pattern});
    }
    std::string layout;
    std::string imports;
};

}  // namespace

TEST_CASE("S-80: the program can be loaded anywhere, its stack is no code, its tables become read-only") {
    const Binary program{CALLFLEX_BINARY};
    CHECK(program.says(R"(Type:\s+DYN)"));
    CHECK(program.says(R"(FLAGS_1.*\bPIE\b)"));
    CHECK(program.says(R"(FLAGS_1.*\bNOW\b)"));
    CHECK(program.says(R"(GNU_RELRO)"));
    CHECK(program.says(R"(GNU_STACK.* RW )"));
    CHECK_FALSE(program.says(R"(GNU_STACK.* RWE)"));
    CHECK_FALSE(program.says(R"(\((RPATH|RUNPATH|TEXTREL)\))"));
    CHECK_FALSE(program.says(R"(LOAD.* RWE)"));
    CHECK(program.imports_one_of("__stack_chk_fail"));
}

#ifdef CALLFLEX_SHIPS
TEST_CASE("S-80: what ships checks the sizes of the C library's writes, and knows where jumps may land") {
    const Binary program{CALLFLEX_BINARY};
    CHECK(program.imports_one_of(R"(__\w+_chk@)"));
    CHECK(program.imports_one_of(R"(__glibcxx_assert_fail)"));
    CHECK_FALSE(program.imports_one_of(R"(__asan_|__ubsan_|__tsan_)"));
    const std::string code =
        output_of("llvm-objdump-19 --disassemble-symbols=main --no-show-raw-insn " CALLFLEX_BINARY);
    CHECK(code.find("endbr64") != std::string::npos);
}

// AddressSanitizer records where the sources lie, whatever the compiler was told.
TEST_CASE("S-84: the program does not depend on where it was built") {
    const std::string root = CALLFLEX_SOURCE_DIR;
    if (root == CALLFLEX_RECORDED_ROOT) return;  // nothing tells the two apart
    std::ifstream file{CALLFLEX_BINARY, std::ios::binary};
    const std::string program{std::istreambuf_iterator<char>(file), {}};
    REQUIRE(program.find("callflex") != std::string::npos);
    // With its folders, because a short root such as /src begins the path of many a library.
    for (const char* folder : {"/activities/", "/api/", "/build/", "/engine/", "/schema/", "/workflows/"}) {
        CAPTURE(folder);
        CHECK(program.find(root + folder) == std::string::npos);
    }
}
#endif

TEST_CASE(
    "S-83: every library that the program loads is of a Debian package, and CI prints which have updates") {
    const std::string named = output_of("llvm-readelf-19 --needed-libs " CALLFLEX_BINARY
                                        " | grep --only-matching '[^ ]*\\.so[^ ]*'");
    std::istringstream needed{named};
    std::size_t libraries = 0;
    std::string patterns;
    for (std::string library; std::getline(needed, library); ++libraries) patterns += " '*/" + library + "'";
    // It names, for each pattern that nothing matches, that pattern.
    const std::string unknown = output_of("dpkg --search" + patterns + " 2>&1 > /dev/null");
    CHECK(unknown == "");
    CHECK(libraries > 10);
    std::string ci;
    for (const std::string& line : tidy::read_source(".ci/run").lines) ci += line + "\n";
    CHECK(ci.find("apt-get --simulate upgrade") != std::string::npos);
    // Nothing is fetched while it is built.
    for (const char* recipe : {"CMakeLists.txt", "tests/CMakeLists.txt", "scripts/setup", "scripts/test"}) {
        for (const std::string& line : tidy::read_source(recipe).lines) {
            CAPTURE(line);
            CHECK_FALSE(std::regex_search(
                line, std::regex{"FetchContent|ExternalProject|file\\(DOWNLOAD|git clone|pip install|npm "}));
        }
    }
}

TEST_CASE("S-80: the flags are those of every library and program") {
    std::string text;
    for (const std::string& line : tidy::read_source("CMakeLists.txt").lines) text += line + "\n";
    for (const char* flag : {"-Wall -Wextra", "-Wconversion", "-Werror", "-D_FORTIFY_SOURCE=3",
                             "-fstack-protector-strong", "-fcf-protection", "-D_GLIBCXX_ASSERTIONS",
                             "CMAKE_POSITION_INDEPENDENT_CODE ON", "-Wl,-z,relro,-z,now,-z,noexecstack"}) {
        CAPTURE(flag);
        CHECK(text.find(flag) != std::string::npos);
    }
}
