#pragma once
// Many requests, one commit: whatever has queued while the previous commit was in flight goes into the next
// one. A request hears of its result only after COMMIT was answered without a warning, so that a 200 means
// durable.
//
// - A commit of unknown outcome is settled by doing it again on a new connection: the dedupe rows of the
// first attempt,
//   if they are there, turn the second into a repeat (and an insert waits for a first attempt that still
//   runs).
// - One request whose data the database refuses is found by halving the batch, and alone is refused.
// - The database away: those who wait hear `unavailable` at once, nobody queues without bound.
//
// submit() may be called from any thread; `done` is called on a committer's thread, once for each submission.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include "api/ingress/call_store.hpp"
#include "api/ingress/metrics.hpp"
#include "api/ingress/options.hpp"

namespace callflex::ingress {

class BatchWriter;

struct Submission {
    InboundWebhook webhook;
    std::function<void(const Stored&)> done;
};

class GroupCommitter {
  public:
    GroupCommitter(const IngressOptions& options, durable::client::Client& client, Metrics& metrics);
    ~GroupCommitter();
    GroupCommitter(const GroupCommitter&) = delete;
    GroupCommitter& operator=(const GroupCommitter&) = delete;

    /// False when the queue is full: nothing was taken.
    [[nodiscard]] bool submit(Submission submission);
    /// Commits what waits, then ends the threads.
    void stop();

  private:
    using Batch = std::vector<Submission>;
    void run();
    /// Waits for work; empty when it is over.
    Batch next_batch();
    Batch take_batch();

    const IngressOptions& options_;
    durable::client::Client& client_;
    Metrics& metrics_;

    std::mutex mutex_;  ///< guards what follows
    std::condition_variable work_;
    std::deque<Submission> queue_;
    std::size_t queued_bytes_ = 0;
    bool stopping_ = false;

    std::vector<std::thread> threads_;
};

}  // namespace callflex::ingress
