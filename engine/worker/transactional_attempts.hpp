#pragma once
// One attempt of a transactional activity: its business rows and its completion in one transaction. A time-out or a
// cancellation is looked at between the business SQL and the commit, never in the middle: what has committed counts.

#include <memory>

#include "engine/store/payload_gate.hpp"
#include "engine/store/worker_store.hpp"
#include "engine/worker/attempt.hpp"
#include "engine/worker/trust_window.hpp"

namespace durable::worker {

/// What attempts need to know. Outlived by what it refers to.
struct TransactionalAttempts {
    const ActivityRegistry& registry;
    const TrustWindow& trust;
    std::shared_ptr<store::PayloadGate> gate;

    /// Runs it; blocks. Throws store::StoreUnavailable, which is not the activity's failure: within the lease it is
    /// tried again as the same attempt.
    [[nodiscard]] AttemptOutcome transact(store::ActivityStore& store, const Attempt& attempt) const;
};

/// What an attempt comes to when the database was not to be had for as long as the lease is trusted: a failure, or,
/// if it may have committed, nothing that the run could go on with in this worker. Whoever loads it anew sees which.
[[nodiscard]] AttemptOutcome unavailable(const store::StoreUnavailable& error);

}  // namespace durable::worker
