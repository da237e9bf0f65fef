#pragma once
// Looking at limits: which keys there are, what runs and waits under them. For people and monitors.

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/workflow/time.hpp"

namespace durable::store {

struct LimitInfo {
    std::string key;
    std::optional<int> concurrency;    ///< none: any number at once
    std::optional<double> per_second;  ///< none: any number a second
    int burst = 1;
    std::optional<double> starts_left;  ///< of a metered key, now
    std::int64_t running = 0;
    std::int64_t waiting = 0;               ///< retries that are not due yet included
    std::int64_t due = 0;                   ///< waiting for nothing but the limit, or a worker
    std::optional<Timestamp> oldest_due{};  ///< since when the first of these has waited
    std::string queues{};                   ///< of those that wait
};

/// At most `limit` keys, those that have waited longest first. Counts the rows of each key: not for every
/// second.
std::vector<LimitInfo> list_limits(pqxx::transaction_base& tx, bool busy_only, std::int32_t limit);

}  // namespace durable::store
