#include "engine/worker/hot_lane.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace durable::worker {
namespace {

/// One job on a connection, once.
class Attempting {
  public:
    Attempting(store::HotConnection& connection, store::PayloadGate& gate)
        : connection_(connection), gate_(gate) {}

    LaneResult operator()(CommitJob& job) {
        if (!job.sealed) gate_.seal(job.batch);
        job.sealed = true;
        if (!job.result) commit(job);
        gate_.open(job.result->claimed);
        return CommitDone{std::move(job.batch), *std::move(job.result), job.took};
    }
    LaneResult operator()(const LoadJob& job) {
        LoadReply reply;
        if (!job.order.rows_of.empty()) reply.rows = connection_.activity_rows(job.order.rows_of);
        reply.runs = connection_.load(job.order.runs, &reply.now);
        for (store::HotConnection::Loaded& run : reply.runs) {
            gate_.open(run.history);
            for (store::InboxMessage& message : run.inbox) gate_.open(message);
        }
        return LoadDone{job.order, std::move(reply)};
    }
    LaneResult operator()(const PollJob& job) {
        PollDone done;
        done.with_messages = connection_.with_messages(job.held, &done.now, &done.paused);
        return done;
    }
    LaneResult operator()(const CompareJob& job) {
        return CompareDone{job.worker, connection_.owned(job.worker)};
    }
    LaneResult operator()(const ReleaseJob& job) {
        connection_.release(job.worker, job.runs);
        return ReleaseDone{};
    }
    LaneResult operator()(const DeliverJob&) { return DeliverDone{connection_.deliver_errands()}; }

  private:
    void commit(CommitJob& job) {
        const auto started = std::chrono::steady_clock::now();
        job.result = connection_.commit(job.batch);
        job.took = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - started);
    }

    store::HotConnection& connection_;
    store::PayloadGate& gate_;
};

}  // namespace

LaneResult carry_out(store::HotConnection& connection, store::PayloadGate& gate, LaneJob& job) {
    return std::visit(Attempting{connection, gate}, job);
}

HotLane::HotLane(Options options, std::function<void(LaneDone)> done,
                 std::function<void(const std::string&)> trouble)
    : options_(std::move(options)), done_(std::move(done)), trouble_(std::move(trouble)) {
    thread_ = std::thread{[this] { work(); }};
}

HotLane::~HotLane() {
    jobs_.close();
    thread_.join();
}

void HotLane::work() {
    store::HotConnection connection{options_.connection_string, options_.faults};
    while (auto job = jobs_.take()) {
        if (auto result = insist(connection, *job)) done_({options_.number, std::move(*result)});
    }
}

std::optional<LaneResult> HotLane::insist(store::HotConnection& connection, LaneJob& job) {
    std::chrono::milliseconds pause{50};
    while (true) {
        try {
            return carry_out(connection, *options_.gate, job);
        } catch (const std::exception& error) {
            trouble_(error.what());
            if (jobs_.closed()) return std::nullopt;
        }
        std::this_thread::sleep_for(pause);
        pause = std::min(pause * 2, std::chrono::milliseconds{2000});
    }
}

}  // namespace durable::worker
