// Precompiled for the store's tests. Files still include what they use.
#pragma once
#include "engine/replay/history.hpp"
#include "tests/precompiled.hpp"
#include "tests/store/fixture.hpp"
