#pragma once
// A claim of runs as statements: by age while it takes everything that is due, by turns of lines when it does
// not (see claim_turns.hpp). No I/O; one owner.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/store/claim_turns.hpp"
#include "engine/store/session.hpp"
#include "engine/store/types.hpp"

namespace durable::store {

/// What is overdue by that much has been passed over by claims that take everything.
constexpr std::chrono::seconds late_after{1};

/// The statements of one claim; the last one gives the runs.
struct ClaimOrder {
    std::vector<Step> steps;
    std::int32_t limit = 0;
    std::vector<LineTurn> turns;  ///< empty: by age
    /// Of the worker's build alone: another one is the queue's current build.
    bool own = false;
    /// Says nothing of what the others take.
    bool patient = false;
};

/// What the claims of one connection remember of their queue: where they begin, and whose turn it is.
class QueueMemory {
  public:
    [[nodiscard]] ClaimOrder order(WorkerNo worker, std::int64_t token, const ClaimRequest& claim);
    /// Takes note of what the transaction has given whose last steps were `order.steps`. True: more may be
    /// due.
    bool remember(const ClaimOrder& order, const std::vector<Rows>& rows);

  private:
    std::string queue_;
    ClaimFloor floor_;
    ClaimTurns turns_;
    bool elsewhere_ = false;  ///< as the last claim has seen it; each claim looks for itself
};

/// Columns as claim_runs.sql has them, from column 1 on. Rows without a run are skipped.
[[nodiscard]] std::vector<ClaimedRun> claimed_runs(const Rows& rows);
/// What the claim has seen of its queue.
[[nodiscard]] bool is_queue_paused(const Rows& rows);

}  // namespace durable::store
