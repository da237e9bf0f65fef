// The main program of every test executable.

#define DOCTEST_CONFIG_IMPLEMENT_WITH_MAIN
#include <doctest/doctest.h>

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
