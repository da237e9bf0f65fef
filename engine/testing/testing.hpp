#pragma once
// The testing kit for authors of workflows, in one header. Link the CMake target durable::testing.

#include "engine/testing/crash_points.hpp"    // every_crash_point
#include "engine/testing/environment.hpp"     // TestEnvironment, fakes, virtual time
#include "engine/testing/replay_history.hpp"  // recorded histories against this build
