#pragma once
// The invariants, looked at from outside: what `callflex check` prints and what tests ask after every fault.
// Read-only, one REPEATABLE READ snapshot, safe in production: nothing is locked, one processor is used, memory is
// bounded, each invariant has a time limit, and a reader that has gone stops. It reads every history (minutes on
// millions of runs); while it runs its snapshot holds back vacuum, so on a large database ask a standby, or for a few
// invariants at a time. Each invariant is a file sql/check_*.sql whose first line is its number and its sentence.
// docs/guide/invariants.md lists all, also those that are no property of a database.
//
// Thread-safety: none beyond the connection given.

#include <chrono>
#include <cstdint>
#include <functional>
#include <pqxx/pqxx>
#include <string>
#include <string_view>
#include <vector>

namespace durable::store {

struct CheckLine {
    std::string id;            ///< "I-4", as in docs/guide/invariants.md
    std::string sentence;      ///< "Event ids of a run are 1 to n without a gap."
    std::int64_t checked = 0;  ///< rows looked at: a check of nothing proves nothing
    std::int64_t violated = 0;
    std::vector<std::string> examples{};  ///< at most five, each naming the run
    std::string problem{};  ///< why it could not be looked at: "took longer than 600 s"; "": it was
};

struct CheckOptions {
    /// "I-4": only these; none: all. Those that are not there are passed over (see known_checks).
    std::vector<std::string> only{};
    /// For one invariant; one that takes longer is given up, and the others go on.
    std::chrono::seconds time_limit{600};
    /// Called before each.
    std::function<void(const CheckLine& next)> progress{};
};

/// The texts of the engine's own checks.
[[nodiscard]] std::vector<std::string_view> engine_checks();
/// What `statements` look at, in the order of their numbers, without looking.
[[nodiscard]] std::vector<CheckLine> known_checks(const std::vector<std::string_view>& statements);

/// Runs the checks that `statements` hold, each an SQL text of the form described above (its first line
/// "-- I-4: Sentence."), in the order of their numbers. `snapshot` should be REPEATABLE READ, READ ONLY; its settings are
/// changed until its end. Throws pqxx errors, but for those that become a line's `problem`.
[[nodiscard]] std::vector<CheckLine> run_checks(pqxx::dbtransaction& snapshot,
                                                const std::vector<std::string_view>& statements,
                                                const CheckOptions& options = {});

/// The engine's own, likewise. Throws pqxx errors. `connection` must not be in a
/// transaction.
[[nodiscard]] std::vector<CheckLine> check(pqxx::connection& connection);

}  // namespace durable::store
