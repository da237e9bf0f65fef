// Precompiled for the store's tests. Files still include what they use.
#pragma once
#include "tests/precompiled.hpp"
#include "tests/precompiled_histories.hpp"
#include "tests/store/fixture.hpp"
