// A few seeds in CI; as many as you like by scripts/simulate.

#include "tests/simulation/simulation.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <sstream>

#include "tests/simulation/controls.hpp"

namespace simulation {
namespace {

int number_from(const char* variable, int otherwise) {
    const char* text = std::getenv(variable);
    return text == nullptr ? otherwise : std::atoi(text);
}

std::vector<std::uint64_t> seeds_kept() {
    std::ifstream file{std::string{CALLFLEX_SOURCE_DIR} + "/tests/simulation/seeds.txt"};
    std::vector<std::uint64_t> seeds;
    for (std::string line; std::getline(file, line);) {
        std::uint64_t seed = 0;
        if (std::istringstream{line} >> seed) seeds.push_back(seed);
    }
    return seeds;
}

/// A worker, its connection or its transaction was gone; other faults are answers of vendors and repetitions.
bool is_crash(const std::string& fault) {
    const auto begins = [&](std::string_view with) { return fault.starts_with(with); };
    return fault == "killed" || fault == "frozen" || begins("refused ") || begins("rolled back ") ||
           begins("answer lost ");
}

/// What many seeds have come to, in lines that scripts/simulate adds up.
struct Totals {
    long seeds = 0, failed = 0, runs = 0, steps = 0, boundaries = 0, faults = 0, crashes = 0,
         virtual_seconds = 0;

    void add(const Outcome& outcome) {
        ++seeds;
        failed += outcome.violations.empty() ? 0 : 1;
        runs += outcome.runs;
        steps += outcome.steps;
        boundaries += outcome.boundaries;
        for (const auto& [fault, times] : outcome.faults) {
            faults += times;
            if (is_crash(fault)) crashes += times;
        }
        virtual_seconds += std::chrono::duration_cast<std::chrono::seconds>(outcome.virtual_time).count();
    }
    void print() const {
        std::cout << fmt::format(
            "simulated: seeds {} failed {} runs {} steps {} boundaries {} faults {} crash-points {} "
            "virtual-seconds {}\n",
            seeds, failed, runs, steps, boundaries, faults, crashes, virtual_seconds);
    }
};

/// With what it takes to see it again. Told at once: shrinking takes a minute.
void must_hold(const Outcome& outcome) {
    if (outcome.violations.empty()) return;
    std::cout << report(outcome) << std::flush;
    Options options;
    options.trace = true;
    const Outcome smallest = shrink(outcome, options);
    const std::string least = "with as few faults as possible:\n" + report(smallest);
    FAIL_CHECK(least);
}

}  // namespace

TEST_CASE("whatever breaks in whatever order, every run comes to what it had to, and nothing happens twice") {
    const auto first = static_cast<std::uint64_t>(number_from("SIMULATE_FIRST", 1));
    const auto count = static_cast<std::uint64_t>(number_from("SIMULATE_SEEDS", 12));
    Totals totals;
    for (std::uint64_t seed = first; seed < first + count; ++seed) {
        const Outcome outcome = simulate(seed);
        totals.add(outcome);
        must_hold(outcome);
    }
    CHECK(totals.faults > static_cast<long>(count));
    totals.print();
}

TEST_CASE("seeds that have found something find nothing any more") {
    const auto seeds = seeds_kept();
    CHECK(!seeds.empty());
    for (const std::uint64_t seed : seeds) {
        const Outcome outcome = simulate(seed);
        must_hold(outcome);
    }
}

TEST_CASE("a seed goes the same way each time") {
    for (const std::uint64_t seed : {3U, 8U}) {
        const Outcome once = simulate(seed);
        const Outcome again = simulate(seed);
        CHECK(once.steps > 500);
        CHECK(once.trace_hash == again.trace_hash);
        CHECK(once.faults == again.faults);
    }
}

TEST_CASE("of a failure's faults those are left that it takes") {
    Options options;
    options.sabotage.key_of_attempt = true;
    std::uint64_t seed = 1;
    Outcome failed = simulate(seed, options);
    while (failed.violations.empty() || failed.struck.size() < 10) failed = simulate(++seed, options);
    const Outcome smallest = shrink(failed, options);
    CHECK(!smallest.violations.empty());
    CHECK(smallest.struck.size() * 2 <= failed.struck.size());
}

TEST_CASE("every planted bug is found within 200 seeds") {
    const char* only = std::getenv("SIMULATE_CONTROL");
    const int most = number_from("SIMULATE_SEEDS", 200);
    for (const Control& control : negative_controls()) {
        CAPTURE(control.name);
        if (only != nullptr && control.name.find(only) == std::string::npos) continue;
        Options options;
        options.sabotage = control.sabotage;
        int tried = 0;
        Outcome outcome;
        const auto first =
            static_cast<std::uint64_t>(number_from("SIMULATE_FIRST", static_cast<int>(control.first_seed)));
        for (std::uint64_t seed = first; tried < most && outcome.violations.empty(); ++seed, ++tried) {
            outcome = simulate(seed, options);
        }
        CHECK(!outcome.violations.empty());
        const std::string caught = outcome.violations.empty() ? "NOT FOUND" : outcome.violations.front();
        std::cout << fmt::format("planted: {}\n  {} seeds from {}: {}\n", control.name, tried, first,
                                 caught.substr(0, caught.find('\n')));
    }
}

}  // namespace simulation
