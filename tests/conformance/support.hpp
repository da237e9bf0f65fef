#pragma once
// What several files of this room need to look at a world from outside.

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/testing/testing.hpp"

namespace conformance {

/// Whoever has the workflow id: the open run, else the newest closed one.
[[nodiscard]] durable::client::RunRef named(const std::string& workflow_id);
[[nodiscard]] durable::client::RunRef ref(durable::RunId run);

/// The kinds of a run's events, in order: {"WorkflowStarted", "TimerStarted", ...}.
[[nodiscard]] std::vector<std::string> kinds(durable::testing::TestEnvironment& env, durable::RunId run);
/// How many events of a kind a run has.
[[nodiscard]] int count(durable::testing::TestEnvironment& env, durable::RunId run, const std::string& kind);

/// One number from the database, as the superuser: number(env, "select count(*) from engine.runs").
[[nodiscard]] int number(durable::testing::TestEnvironment& env, const std::string& sql);
void execute(durable::testing::TestEnvironment& env, const std::string& sql);

/// All of the engine's invariants hold (what `callflex check` looks at).
void must_be_sound(durable::testing::TestEnvironment& env);

}  // namespace conformance
