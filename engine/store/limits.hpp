#pragma once
// Limits of activities, for operators: which keys there are, what runs and waits under them; figures that count
// instead of the code's. Inside a caller's transaction. Not thread-safe beyond it.

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/queues.hpp"
#include "engine/workflow/time.hpp"

namespace durable::store {

/// Figures of a limit; what is none is as somebody else says.
struct LimitFigures {
    std::optional<int> concurrency{};    ///< attempts at once
    std::optional<double> per_second{};  ///< starts a second
    std::optional<int> burst{};          ///< starts at one moment

    bool operator==(const LimitFigures&) const = default;
};

/// Figures that count instead of the code's.
struct LimitOverride {
    LimitFigures figures;
    Timestamp since;
    std::string identity;
    std::string reason;
};

struct LimitInfo {
    std::string key;
    std::optional<int> concurrency;    ///< that counts; none: any number at once
    std::optional<double> per_second;  ///< that counts; none: any number a second
    int burst = 1;
    LimitFigures declared{};  ///< what the code has named last; of a key that it has not: nothing
    std::optional<LimitOverride> set{};
    std::optional<double> starts_left;  ///< of a metered key, now
    std::int64_t running = 0;
    std::int64_t waiting = 0;               ///< retries that are not due yet included
    std::int64_t due = 0;                   ///< waiting for nothing but the limit, or a worker
    std::optional<Timestamp> oldest_due{};  ///< since when the first of these has waited
    std::string queues{};                   ///< of those that wait
};

/// At most `limit` keys, those that have waited longest first. `busy_only`: under which something runs or waits,
/// or that an operator has set. Counts the rows of each key: not for every second.
std::vector<LimitInfo> list_limits(pqxx::transaction_base& tx, bool busy_only, std::int32_t limit);

/// From its commit on these figures count for the key, figure by figure, whatever code declares, until they are
/// cleared; they take the place of those set before. Attempts that run already go on. Leaves an audit row.
/// Returns the queues in which somebody waits for the key: to be told after the commit. Throws
/// std::invalid_argument if neither concurrency nor rate is named, or one cannot be.
std::vector<std::string> set_limit(pqxx::transaction_base& tx, const std::string& key,
                                   const LimitFigures& figures, const OperatorAct& act);
/// What the code has declared last counts again. None: no operator had set anything.
std::optional<std::vector<std::string>> clear_limit(pqxx::transaction_base& tx, const std::string& key,
                                                    const OperatorAct& act);

}  // namespace durable::store
