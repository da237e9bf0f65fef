// Determinism is a property of the binary: the archives of the pure rooms reference no clock, entropy,
// environment, file, socket, thread, locale or stream. The check reads the undefined symbols that `llvm-nm`
// finds. A library of planted impurities (tests/tidy/impure) proves that each family is noticed.

#include <doctest/doctest.h>

#include <array>
#include <cstdio>
#include <map>

#include "tests/tidy/source_tree.hpp"

namespace {

/// Family -> what its symbols look like, demangled.
const std::map<std::string, std::regex> forbidden = {
    {"clock",
     std::regex{
         R"(^(clock_gettime|gettimeofday|time|clock|timespec_get|localtime|localtime_r|gmtime|gmtime_r)$|_clock::now\()"}},
    {"random",
     std::regex{
         R"(^(rand|srand|random|srandom|rand_r|drand48|getrandom|getentropy|arc4random)$|std::random_device)"}},
    {"environment", std::regex{R"(^(getenv|secure_getenv|setenv|putenv|environ)$)"}},
    {"file",
     std::regex{
         R"(^(open|open64|openat|creat|read|write|fopen|fopen64|fread|fwrite|fprintf|printf|puts|fputs|stat|unlink|mmap|mmap64)$|basic_filebuf|std::filesystem)"}},
    {"socket",
     std::regex{
         R"(^(socket|connect|bind|listen|accept|send|recv|sendto|recvfrom|poll|select|epoll_create1?|getaddrinfo|gethostbyname)$)"}},
    {"thread",
     std::regex{
         R"(^(pthread_create|pthread_mutex_lock|pthread_cond_wait|sem_wait|sched_yield|usleep|nanosleep|sleep)$|^std::thread::|std::condition_variable|std::this_thread)"}},
    {"locale", std::regex{R"(^(setlocale|localeconv|uselocale|newlocale)$|std::locale)"}},
    {"stream",
     std::regex{
         R"(std::(basic_)?(i|o|io)stream|std::ios_base|std::basic_(string|stream)buf|std::cout|std::cerr)"}},
};

/// "family: symbol" for every forbidden symbol that the archive needs from outside.
std::vector<std::string> impurities(const std::string& archive) {
    // Sanitizers intercept what they like; their own symbols are not the author's.
    const std::string command =
        "llvm-nm-19 --undefined-only --demangle --format=just-symbols " + archive + " 2>/dev/null";
    std::vector<std::string> found;
    FILE* pipe = ::popen(command.c_str(), "r");
    REQUIRE(pipe != nullptr);
    std::array<char, 4096> buffer{};
    int symbols = 0;
    while (std::fgets(buffer.data(), buffer.size(), pipe) != nullptr) {
        std::string symbol = buffer.data();
        while (!symbol.empty() && (symbol.back() == '\n' || symbol.back() == ' ')) symbol.pop_back();
        ++symbols;
        for (const auto& [family, pattern] : forbidden) {
            if (std::regex_search(symbol, pattern)) found.push_back(family + ": " + symbol);
        }
    }
    REQUIRE(::pclose(pipe) == 0);
    REQUIRE(symbols > 0);
    return found;
}

}  // namespace

TEST_CASE("the archives of workflow, replay and workflows reference no forbidden symbol") {
    for (const char* archive : {PURE_WORKFLOW_ARCHIVE, PURE_REPLAY_ARCHIVE, PURE_WORKFLOWS_ARCHIVE}) {
        for (const auto& impurity : impurities(archive)) {
            FAIL_CHECK(archive << " references " << impurity);
        }
    }
}

TEST_CASE("a planted impurity of each family is noticed") {
    std::map<std::string, int> seen;
    for (const auto& impurity : impurities(IMPURE_ARCHIVE)) ++seen[impurity.substr(0, impurity.find(':'))];
    for (const auto& [family, pattern] : forbidden) {
        INFO(family);
        CHECK(seen[family] > 0);
    }
}
