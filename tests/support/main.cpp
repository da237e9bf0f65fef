// The main program of every test executable.

#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <spdlog/spdlog.h>

#include <iostream>

int main(int count, char** arguments) {
    // Of a test that hangs and is killed, the log shows what it had done.
    std::cout << std::unitbuf;
    // What hundreds of ingresses say of themselves would hide what a failed test says.
    spdlog::set_level(spdlog::level::warn);
    return doctest::Context{count, arguments}.run();
}

// libpqxx 6.4 forgets the result of a statement during which the connection was lost: a few hundred bytes each time.
// The tests lose many connections on purpose; everything else that leaks is still reported.

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
    return "leak:libpqxx-6.4.so\n";
}
#endif
#endif
