#include "engine/worker/transactional_pool.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace durable::worker {

TransactionalPool::TransactionalPool(Options options, const ActivityRegistry& registry,
                                     const TrustWindow& trust)
    : options_(std::move(options)), attempts_{registry, trust, options_.gate}, trust_(trust) {
    for (int i = 0; i < options_.threads; ++i) threads_.emplace_back([this] { work(); });
}

TransactionalPool::~TransactionalPool() {
    jobs_.close();
    for (std::thread& thread : threads_) thread.join();
}

void TransactionalPool::start(std::vector<Attempt> attempts, SettledSink settled) {
    std::vector<Job> jobs;
    for (Attempt& attempt : attempts) jobs.push_back({std::move(attempt), settled});
    jobs_.put_all(std::move(jobs));
}

void TransactionalPool::work() {
    store::ActivityStore store{options_.connection_string, options_.faults};
    while (auto job = jobs_.take()) {
        if (!jobs_.closed()) run(store, std::move(*job));
    }
}

void TransactionalPool::run(store::ActivityStore& store, Job job) {
    Attempt& attempt = job.attempt;
    const auto started = std::chrono::steady_clock::now();
    AttemptOutcome outcome = insist(store, attempt);
    outcome.attempt = attempt.info.attempt;
    outcome.ran = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - started);
    attempt.slot = {};
    job.settled(
        {{attempt.id, attempt.info.run, attempt.info.activity, attempt.info.type, std::move(outcome)}});
}

AttemptOutcome TransactionalPool::insist(store::ActivityStore& store, const Attempt& attempt) {
    std::chrono::milliseconds pause{50};
    // An unreachable database is not the activity's failure: within the lease it is tried again as the same
    // attempt.
    while (true) {
        try {
            return attempts_.transact(store, attempt);
        } catch (const store::StoreUnavailable& error) {
            if (trust_.holds(attempt.worker) && !jobs_.closed()) {
                std::this_thread::sleep_for(pause);
                pause = std::min(pause * 2, std::chrono::milliseconds{1000});
                continue;
            }
            return unavailable(error);
        }
    }
}

}  // namespace durable::worker
