#pragma once
// Semaphores for operators: who holds units, who waits, how many there are. Verbs run *inside a caller's
// transaction*. Not thread-safe beyond it.

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/queues.hpp"
#include "engine/workflow/ids.hpp"
#include "engine/workflow/time.hpp"

namespace durable::store {

struct SemaphoreInfo {
    std::string resource;
    int capacity = 1;
    std::int64_t held = 0;  ///< units; more than the capacity only after that was lowered
    std::int64_t holders = 0;
    std::int64_t waiting = 0;  ///< requests
    std::optional<Timestamp> oldest_waiting{};
};

/// A request of an open run.
struct UnitsInfo {
    std::string resource;
    RunId run;
    WorkflowId workflow;
    EventId request;
    int units = 1;
    Timestamp requested_at;
    std::optional<Timestamp> granted_at{};
};

/// Those that somebody waits for first; at most `limit`.
[[nodiscard]] std::vector<SemaphoreInfo> list_semaphores(pqxx::transaction_base& tx,
                                                         std::int32_t limit = 1000);
[[nodiscard]] std::optional<SemaphoreInfo> find_semaphore(pqxx::transaction_base& tx,
                                                          const std::string& resource);
/// Holders first, then those that wait, in the order in which they will be served; at most `limit`.
[[nodiscard]] std::vector<UnitsInfo> requests_of(pqxx::transaction_base& tx, const std::string& resource,
                                                 std::int32_t limit = 100);
/// What a run holds and waits for.
[[nodiscard]] std::vector<UnitsInfo> units_of_run(pqxx::transaction_base& tx, RunId run);
/// Makes the semaphore if there is none. Lowered, it takes nothing from those who hold units; zero grants
/// nothing more. Leaves an audit row. Throws std::invalid_argument.
void set_capacity(pqxx::transaction_base& tx, const std::string& resource, int capacity,
                  const OperatorAct& act);

}  // namespace durable::store
