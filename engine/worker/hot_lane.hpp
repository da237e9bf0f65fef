#pragma once
// A thread with a hot connection: it does the blocking work that the worker's loop orders, one job after the other.
// When the database cannot be reached it keeps the job and tries again (sending a batch twice is safe); the
// loop only sees results.

#include <functional>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "engine/store/payload_gate.hpp"
#include "engine/store/worker_store.hpp"
#include "engine/worker/dispatcher.hpp"
#include "engine/worker/mailbox.hpp"

namespace durable::worker {

struct CommitJob {
    store::Batch batch;
    bool sealed = false;  ///< its payloads are in the form of rows; once, before the first try
    std::optional<store::BatchResult> result{};  ///< committed; what it claimed is to be opened
    Duration took{};
};
struct LoadJob {
    LoadOrder order;
};
/// Which of these have messages, which are paused? Also fetches the time.
struct PollJob {
    std::vector<store::HotConnection::Held> held;
};
/// Which runs are ours?
struct CompareJob {
    store::WorkerNo worker;
};
struct ReleaseJob {
    store::WorkerNo worker;
    std::vector<std::pair<RunId, store::Fence>> runs;
};
/// Carries out what runs' commits have ordered for other runs.
struct DeliverJob {};
using LaneJob = std::variant<CommitJob, LoadJob, PollJob, CompareJob, ReleaseJob, DeliverJob>;

struct CommitDone {
    store::Batch batch;
    store::BatchResult result;
    Duration took{};
};
struct LoadDone {
    LoadOrder order;
    LoadReply reply;
};
struct PollDone {
    std::vector<RunId> with_messages;
    std::vector<RunId> paused;
    Timestamp now;
};
struct CompareDone {
    store::WorkerNo worker;
    std::vector<std::pair<RunId, store::Fence>> owned;
};
struct ReleaseDone {};
struct DeliverDone {
    store::Delivered delivered;
};
using LaneResult = std::variant<CommitDone, LoadDone, PollDone, CompareDone, ReleaseDone, DeliverDone>;

/// A job that is over, with the round trip's clocks for the skew between the machines.
struct LaneDone {
    int lane = 0;
    LaneResult result;
};

/// Does a job. Throws what the store throws; the same job again then.
[[nodiscard]] LaneResult carry_out(store::HotConnection& connection, store::PayloadGate& gate, LaneJob& job);

/// Whoever takes the loop's jobs: threads in a worker, steps of a schedule in a simulation.
class Lane {
  public:
    Lane() = default;
    virtual ~Lane() = default;
    Lane(const Lane&) = delete;
    Lane& operator=(const Lane&) = delete;

    /// Orders that a lane may have at a time: one that it carries out, and one to go on with.
    static constexpr int orders_max = 2;
    virtual void order(LaneJob job) = 0;
};

class HotLane final : public Lane {
  public:
    struct Options {
        std::string connection_string;
        store::Faults faults;
        int number = 0;
        std::shared_ptr<store::PayloadGate> gate{};
    };
    /// `done` is called on the lane's thread, once a job; `trouble` for each failed try.
    HotLane(Options options, std::function<void(LaneDone)> done,
            std::function<void(const std::string&)> trouble);
    /// Gives up on a job that cannot be done, and joins.
    ~HotLane() override;

    void order(LaneJob job) override { jobs_.put(std::move(job)); }

  private:
    void work();
    [[nodiscard]] std::optional<LaneResult> insist(store::HotConnection& connection, LaneJob& job);

    Options options_;
    std::function<void(LaneDone)> done_;
    std::function<void(const std::string&)> trouble_;
    Mailbox<LaneJob> jobs_;
    std::thread thread_;
};

}  // namespace durable::worker
