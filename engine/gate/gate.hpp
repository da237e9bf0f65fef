#pragma once
// The determinism gate: walks the object code of workflows and of the machine that replays them, and finds
// every way to something that could answer differently tomorrow, with the chain of calls that leads there.
//
// What it sees: every function in the archives looked at, whether anybody calls it or not, and what they reach
// in the libraries named as `through`. What it cannot see: through a function pointer that comes from another
// library's table. For that there is the trap (engine/trap).

#include <string>
#include <vector>

#include "engine/gate/rules.hpp"

namespace durable::gate {

struct Step {
    std::string function;  ///< readable
    std::string place;     ///< where it refers to the next one: "file:line", "" without line tables
};

struct Finding {
    Objection objection;
    std::string symbol;       ///< what must not be reached, readable
    std::vector<Step> chain;  ///< from workflow code to the one that refers to the symbol

    [[nodiscard]] std::string to_string() const;  ///< for people, several lines
};

struct Inspection {
    std::vector<std::string> archives;  ///< all of their code is workflow code
    /// Libraries that workflow code may call: only what it reaches in them is looked at.
    std::vector<std::string> through{};
    std::string source_root{};
};

struct Report {
    std::vector<Finding> findings;
    std::size_t functions = 0;  ///< looked at
    std::size_t externals = 0;  ///< symbols from outside that were judged
};

/// Throws GateError when a file or tool is missing, or an archive has no code.
[[nodiscard]] Report inspect(const Inspection& what, const Rules& rules);

}  // namespace durable::gate
