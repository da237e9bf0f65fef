#pragma once
// Something that a worker does, broken at every commit boundary in three ways: the process dies before the
// statement, after the commit, or lives on without the answer. Whatever happens, it must end as if nothing had.

#include <functional>

#include "tests/faults/world.hpp"

namespace test {

struct CrashScenario {
    /// Starts it in a fresh world, before any worker runs.
    std::function<void(FaultWorld&)> begin;
    /// Requires what must hold at the end, for a world that broke and for one that did not.
    std::function<void(const FaultWorld&)> verify;
    /// Commit boundaries there are at least: a scenario that does nothing must not pass.
    int points_min = 2;
};

/// Runs it once unbroken, and then once for each boundary, in one of the three ways, in turns; at full size
/// (CALLFLEX_TEST_FULL) in each of them. Several worlds at a time.
void require_at_every_crash_point(const CrashScenario& scenario);

}  // namespace test
