#pragma once
// Runs transactional activities: a bounded number of threads, each with a connection of its own. An attempt's
// business rows and its completion commit together, under the fence of its run (or row), so an attempt that
// was given up, timed out or lost its lease leaves nothing behind. A time-out or a cancellation is looked at
// between the business SQL and the commit, never in the middle: what has committed counts.

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "engine/store/worker_store.hpp"
#include "engine/worker/attempt.hpp"
#include "engine/worker/mailbox.hpp"
#include "engine/worker/transactional_attempts.hpp"
#include "engine/worker/trust_window.hpp"

namespace durable::worker {

class TransactionalPool final : public AttemptRunner {
  public:
    struct Options {
        std::string connection_string;
        store::Faults faults;
        int threads = 2;
        std::shared_ptr<store::PayloadGate> gate{};
    };
    /// The registry and the trust window must outlive the pool.
    TransactionalPool(Options options, const ActivityRegistry& registry, const TrustWindow& trust);
    /// Abandons what waits, finishes what runs, joins.
    ~TransactionalPool() override;

    /// Thread-safe. `settled` is called on one of the pool's threads.
    void start(std::vector<Attempt> attempts, SettledSink settled) override;

  private:
    struct Job {
        Attempt attempt;
        SettledSink settled;
    };
    void work();
    void run(store::ActivityStore& store, Job job);
    [[nodiscard]] AttemptOutcome insist(store::ActivityStore& store, const Attempt& attempt);

    Options options_;
    TransactionalAttempts attempts_;
    const TrustWindow& trust_;
    Mailbox<Job> jobs_;
    std::vector<std::thread> threads_;
};

}  // namespace durable::worker
