#include "api/ingress/group_committer.hpp"

#include <algorithm>
#include <iterator>
#include <ranges>

#include "api/ingress/batch_writer.hpp"

namespace callflex::ingress {

GroupCommitter::GroupCommitter(const IngressOptions& options, durable::client::Client& client,
                               Metrics& metrics)
    : options_{options}, client_{client}, metrics_{metrics} {
    for (int i = 0; i < std::max(1, options.committers); ++i) threads_.emplace_back([this] { run(); });
}

GroupCommitter::~GroupCommitter() {
    stop();
}

bool GroupCommitter::submit(Submission submission) {
    {
        const std::scoped_lock lock{mutex_};
        const std::size_t bytes = queued_bytes_ + submission.webhook.body.size();
        if (stopping_ || queue_.size() >= options_.queue_requests || bytes > options_.queue_bytes)
            return false;
        queued_bytes_ = bytes;
        queue_.push_back(std::move(submission));
        metrics_.queue(queue_.size());
    }
    work_.notify_one();
    return true;
}

void GroupCommitter::stop() {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    work_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void GroupCommitter::run() {
    BatchWriter writer{options_, client_, metrics_};
    writer.connect_ahead();
    while (true) {
        const Batch batch = next_batch();
        if (batch.empty()) return;
        std::vector<const InboundWebhook*> webhooks;
        webhooks.reserve(batch.size());
        for (const auto& submission : batch) webhooks.push_back(&submission.webhook);
        const auto results = writer.write(webhooks);
        for (std::size_t i = 0; i < batch.size(); ++i) batch[i].done(results[i]);
    }
}

GroupCommitter::Batch GroupCommitter::next_batch() {
    std::unique_lock lock{mutex_};
    work_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    Batch batch = take_batch();
    metrics_.queue(queue_.size());
    if (!queue_.empty()) work_.notify_one();
    return batch;
}

GroupCommitter::Batch GroupCommitter::take_batch() {
    // One statement cannot touch a row twice: a second message of the same call waits for the next batch.
    Batch batch;
    std::set<std::string, std::less<>> calls;
    std::deque<Submission> later;
    while (!queue_.empty() && batch.size() < options_.batch_requests) {
        Submission submission = std::move(queue_.front());
        queue_.pop_front();
        if (!calls.insert(submission.webhook.call().vapi_call_id).second) {
            later.push_back(std::move(submission));
            continue;
        }
        queued_bytes_ -= submission.webhook.body.size();
        batch.push_back(std::move(submission));
    }
    std::ranges::move(later | std::views::reverse, std::front_inserter(queue_));
    std::ranges::sort(
        batch, {}, [](const Submission& s) -> const std::string& { return s.webhook.call().vapi_call_id; });
    return batch;
}

}  // namespace callflex::ingress
