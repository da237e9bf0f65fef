#pragma once
// Who could do work now, for `why`, `doctor` and other readers. Works through a transaction pooler. Not
// thread-safe beyond the transaction given.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/types.hpp"

namespace durable::store {

/// A worker that has not ended and whose lease is not over, by the database's clock.
struct LiveWorker {
    WorkerNo number;
    std::string name;
    std::string build;
    std::string queue;
    Timestamp started_at;
    Timestamp lease_until;
    /// What it has said of itself, at its last renewal; none: it has said nothing yet.
    struct State {
        int runs_held = 0, runs_max = 0;
        int async_used = 0, async_slots = 0;
        int transactional_used = 0, transactional_slots = 0;
        std::optional<Timestamp> last_claim_at{};  ///< that has found something
        double runs_claimed_per_second = 0, rows_claimed_per_second = 0, runs_closed_per_second = 0;
    };
    std::optional<State> state{};
};
/// By number.
[[nodiscard]] std::vector<LiveWorker> live_workers(pqxx::transaction_base& tx);

}  // namespace durable::store
