#pragma once
// The engine's invariants, as `callflex check` verifies them, held against a test's database. For programs that
// link the store.

#include <doctest/doctest.h>

#include <pqxx/pqxx>

#include "engine/store/check.hpp"

namespace test {

/// A failed check for each that is violated, with an example.
inline void check_invariants(pqxx::connection& connection) {
    for (const durable::store::CheckLine& line : durable::store::check(connection)) {
        INFO(line.id << " " << line.sentence << " " << (line.examples.empty() ? "" : line.examples.front()));
        CHECK(line.violated == 0);
    }
}

}  // namespace test
