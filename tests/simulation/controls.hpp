#pragma once
// Bugs planted on purpose. Each must be found: a simulator that finds nothing in them proves nothing elsewhere.

#include <string>
#include <vector>

#include "tests/simulation/world.hpp"

namespace simulation {

struct Control {
    std::string name;  ///< what is broken
    Sabotage sabotage;
    std::uint64_t first_seed = 1;  ///< near one that finds it, for CI's sake
};

[[nodiscard]] std::vector<Control> negative_controls();

}  // namespace simulation
