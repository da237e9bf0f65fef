// How a workflow is written: what its code may use, and what it may rely on.

#include <doctest/doctest.h>

#include "engine/testing/testing.hpp"
