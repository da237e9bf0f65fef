#pragma once
// The run-time half of the determinism gate: while a trap stands, calls of the operating system and the C
// library that could answer differently tomorrow are caught on this thread. What would have an effect or tell
// of the world (files, sockets, threads, the environment) is refused on the spot; clocks and random numbers
// still answer, since they cannot refuse. It sees what the gate cannot: calls through pointers and tables.
//
// Works by symbols of the same name in the program, in front of the C library's; every program that links
// `durable_trap` has them. Where no trap stands they cost one look at a thread-local pointer. Workers never
// arm one: it is for tests, `callflex replay` and `deploy check`. In builds with sanitizers, which have such
// symbols of their own, it catches nothing: see available().

#include <optional>
#include <string>
#include <vector>

#include "engine/replay/execution.hpp"

namespace durable::trap {

/// What was called, the first time.
struct Caught {
    const char* symbol;  ///< "clock_gettime"
    const char* family;  ///< "clock", as in engine/gate/families.txt
};

/// Catches until it is destroyed, on the thread that made it. Traps nest: the innermost catches.
class DeterminismTrap {
  public:
    DeterminismTrap();
    ~DeterminismTrap();
    DeterminismTrap(const DeterminismTrap&) = delete;
    DeterminismTrap& operator=(const DeterminismTrap&) = delete;

    [[nodiscard]] std::optional<Caught> caught() const { return caught_; }
    /// False in a build with sanitizers: nothing is ever caught there.
    [[nodiscard]] static bool available();

    /// For the symbols in front of the C library's: true if a trap stands on this thread. Notes the first.
    static bool spring(const char* symbol, const char* family) noexcept;

  private:
    DeterminismTrap* outer_;
    std::optional<Caught> caught_;
};

/// Execution::replay under a trap. What is caught blocks, in a sentence that names symbol and workflow; the
/// Execution must then be destroyed, as after any Blocked.
[[nodiscard]] std::optional<replay::Blocked> replay(replay::Execution& execution,
                                                    const history::Activation& recorded);
/// Execution::activate under a trap: in tests.
[[nodiscard]] replay::Execution::Result activate(replay::Execution& execution,
                                                 std::vector<history::Event> arrived, Timestamp now);

}  // namespace durable::trap
