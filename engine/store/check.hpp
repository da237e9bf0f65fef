#pragma once
// The engine's invariants, looked at from outside: what `callflex check` prints and what tests ask after
// every fault. Read-only, one REPEATABLE READ snapshot, safe in production (it reads every history once:
// minutes on millions of runs). Each invariant is a file sql/check_*.sql whose first line is its number and
// its sentence.

#include <cstdint>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <vector>

namespace durable::store {

struct CheckLine {
    std::string id;            ///< "I-4", as in the reliability catalogue
    std::string sentence;      ///< "Event ids of a run are 1 to n without a gap."
    std::int64_t checked = 0;  ///< rows looked at: a check of nothing proves nothing
    std::int64_t violated = 0;
    std::vector<std::string> examples;  ///< at most five, each naming the run
};

/// Runs the checks that `statements` hold, each an SQL text of the form described above (its first line
/// "-- I-4: Sentence."). In the order of their numbers.
[[nodiscard]] std::vector<CheckLine> run_checks(pqxx::transaction_base& snapshot,
                                                const std::vector<std::string_view>& statements);

/// The engine's own, likewise. Throws pqxx errors. `connection` must not be in a
/// transaction.
[[nodiscard]] std::vector<CheckLine> check(pqxx::connection& connection);

}  // namespace durable::store
