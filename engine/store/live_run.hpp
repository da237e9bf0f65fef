#pragma once
// The open run that a reference leads to, locked: what every verb that writes to a run from outside begins
// with. Inside the caller's transaction; included by this room's .cpp files only.

#include <functional>
#include <optional>
#include <pqxx/pqxx>

#include "engine/store/runs.hpp"

namespace durable::store {

struct LiveRun {
    RunId run;
    RunId chain;
    Timestamp now;
    std::int64_t waiting = 0;  ///< messages that the code has not received
    bool cancel_requested = false;
};

/// Where the history of a run ends that is locked. The live row of a run that a worker holds does not know.
struct HistoryEnd {
    std::int32_t activations = 0;
    EventId next_event;
};
[[nodiscard]] HistoryEnd history_end(pqxx::transaction_base& tx, RunId run);

/// Locks the open run that `ref` names and hands it to `act`. While we wait for the lock the run may end, and
/// the name, or the chain, go on with another one; then we look again.
SendResult with_live(pqxx::transaction_base& tx, const RunRef& ref,
                     const std::function<SendResult(const LiveRun&)>& act);

}  // namespace durable::store
