#pragma once
// What tests measure, for those who compare it with the bars: `scripts/bars` runs them at full size, collects these
// lines and prints a table. Wanted figures are checked by the tests themselves.

#include <fmt/format.h>

#include <concepts>
#include <string>

namespace test {

/// Whether CALLFLEX_TEST_FULL is set: then a test has the size that its bar names, and stopwatches count. Elsewhere
/// they do not: a test machine may be as slow as it likes.
[[nodiscard]] bool full_size();
/// The size of a test.
[[nodiscard]] inline int sized(int usual, int full) {
    return full_size() ? full : usual;
}

/// Prints "bar: <what>: <value>", on a line of its own.
void figure(const std::string& what, const std::string& value);
/// A count.
void figure(const std::string& what, std::integral auto count) {
    figure(what, fmt::format("{}", count));
}
/// With a unit, to three digits: `figure("first turn", 12.3, "ms")`.
void figure(const std::string& what, double value, const std::string& unit);

}  // namespace test
