#pragma once
// One seed: a database, some workers, clients and vendors, random programs, faults at every boundary, one step at a
// time in an order that the seed draws, on a clock that nobody waits for. Then the faults cease, everything gets the
// time it needs, and what has come of it is compared with what had to.

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/simulation/world.hpp"
#include "tests/support/database.hpp"

namespace simulation {

struct Options {
    Sabotage sabotage{};
    /// Of all chances of faults only these; none: all.
    std::optional<std::set<int>> chances{};
    bool trace = false;  ///< keep its lines
};

struct Outcome {
    std::uint64_t seed = 0;
    std::vector<std::string> violations;  ///< a sentence each; none: all is well
    std::uint64_t trace_hash = 0;         ///< of every step and what it came to
    std::vector<std::string> trace{};
    std::vector<int> struck{};  ///< the chances that became faults
    std::map<std::string, int> faults{};
    int steps = 0;
    int boundaries = 0;  ///< statements at which something could break
    int runs = 0;
    std::chrono::nanoseconds virtual_time{0};
};

/// Needs a database of this program's cluster; one at a time.
[[nodiscard]] Outcome simulate(std::uint64_t seed, const Options& options = {});

/// The fewest faults with which the seed still fails, as far as halving finds them.
[[nodiscard]] Outcome shrink(const Outcome& failed, Options options);

/// What people need to see a failure again.
[[nodiscard]] std::string report(const Outcome& outcome);

}  // namespace simulation
