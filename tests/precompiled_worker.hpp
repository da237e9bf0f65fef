// Precompiled for the test programs in which workers run, with what those talk to. Files still include what they use.
#pragma once
#include "api/precompiled.hpp"
#include "engine/client/client.hpp"
#include "engine/worker/worker.hpp"
#include "tests/precompiled.hpp"
#include "tests/precompiled_histories.hpp"
#include "tests/precompiled_instances.hpp"
