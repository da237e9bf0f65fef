#include "tests/support/figures.hpp"

#include <cstdio>
#include <cstdlib>

namespace test {

bool full_size() {
    return std::getenv("CALLFLEX_TEST_FULL") != nullptr;
}

void figure(const std::string& what, const std::string& value) {
    fmt::print("bar: {}: {}\n", what, value);
    std::fflush(stdout);
}

void figure(const std::string& what, double value, const std::string& unit) {
    figure(what, value < 100 ? fmt::format("{:.3g} {}", value, unit) : fmt::format("{:.0f} {}", value, unit));
}

}  // namespace test
