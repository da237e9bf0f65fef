#pragma once
// Every way in which a worker can break while a scenario runs, one after the other. A scenario is an ordinary
// test of a workflow:
//
//   void booked_once(durable::testing::TestEnvironment& env) {
//       env.add(booking, book);
//       env.fake(reserve_seat, [](const Seat& seat) { return Ticket{seat.number}; });
//       CHECK(env.result(booking, env.start(booking, {"12A"}, "booking-1")).number == "12A");
//   }
//   durable::testing::every_crash_point(booked_once);
//
// It is run once unbroken, which tells the commit boundaries, and then once for each boundary and each way to
// break: the worker's process is killed before the commit; killed after it, before it knows; or it lives on
// without the answer. Another worker takes over. Whatever happens, there must be
//
//   - the same results: every workflow id ends in the same way with the same value
//   - no effect lost and none doubled: each fake has done its work for as many activities as in the unbroken
//     run; for one activity once, or twice if it is at-least-once and the worker was killed under it
//   - a sound database: all of the engine's invariants (store::check) hold
//
// The worker is a fork, so the test process must not have threads, and what a fake changes in the test's
// variables is lost: let it answer, and count with Fake.

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/testing/environment.hpp"

namespace durable::testing {

using Scenario = std::function<void(TestEnvironment&)>;

/// Which of the three ways a boundary is broken in.
enum class Ways : std::uint8_t {
    each,
    in_turns,  ///< one, the next boundary in the next one: a third of the time
};

struct CrashOptions {
    Ways ways = Ways::each;
    /// Results may differ from run to run, for example because they hold ids: then only how each run ends is
    /// compared.
    bool compare_results = true;
    /// A scenario with fewer boundaries does not do what its author thinks.
    int boundaries_min = 2;
};

struct CrashReport {
    int boundaries = 0;  ///< of the unbroken run
    int broken = 0;      ///< scenarios in which the worker did break; timing decides how many share a commit
};

/// Throws TestFailure that names the boundary, how it was broken, and what was different then. Exceptions of
/// the scenario pass through, with the boundary before their text.
CrashReport every_crash_point(const Scenario& scenario, const CrashOptions& options = {});

}  // namespace durable::testing
