#include "api/ingress/transaction_runner.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <optional>

#include "activities/tenancy.hpp"

namespace callflex::ingress {

namespace asio = boost::asio;

namespace {

constexpr int attempts_max = 4;
/// Small batches: a job is a handful of round trips, and its companions wait for all of them.
constexpr std::size_t batch_max = 8;

/// What one request waits for. Everything but the submission itself happens on the connection's strand; the
/// timer is both the deadline and, when cancelled, the signal.
struct Waiter {
    explicit Waiter(const asio::any_io_executor& executor) : timer{executor} {}
    asio::steady_timer timer;
    std::optional<http::Response> answer;
};

constexpr std::string_view not_stored = "The request could not be stored now; please repeat it.";

}  // namespace

http::Response unavailable(std::string_view detail, std::string_view request_id) {
    http::Response response = http::problem(503, detail, request_id);
    response.fields.emplace_back("Retry-After", "2");
    return response;
}

TransactionRunner::TransactionRunner(const IngressOptions& options, durable::client::Client& client,
                                     Metrics& metrics)
    : options_{options}, client_{client}, metrics_{metrics} {
    for (int i = 0; i < std::max(1, options.committers); ++i) threads_.emplace_back([this] { work(); });
}

TransactionRunner::~TransactionRunner() {
    stop();
}

asio::awaitable<http::Response> TransactionRunner::run(Job job, std::string request_id) {
    const auto executor = co_await asio::this_coro::executor;
    auto waiter = std::make_shared<Waiter>(executor);
    waiter->timer.expires_after(options_.commit_patience);
    auto done = [waiter, executor](http::Response answer) {
        asio::post(executor, [waiter, answer = std::move(answer)]() mutable {
            waiter->answer = std::move(answer);
            waiter->timer.cancel();
        });
    };
    if (!submit({std::move(job), request_id, std::move(done)})) {
        co_return unavailable("Too many requests are waiting; please repeat this one shortly.", request_id);
    }
    co_await waiter->timer.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!waiter->answer) {
        co_return unavailable("The database did not answer in time; please repeat.", request_id);
    }
    co_return std::move(*waiter->answer);
}

bool TransactionRunner::submit(Submission submission) {
    {
        const std::scoped_lock lock{mutex_};
        if (stopping_ || queue_.size() >= options_.queue_requests) return false;
        queue_.push_back(std::move(submission));
    }
    waiting_.notify_one();
    return true;
}

void TransactionRunner::stop() {
    {
        const std::scoped_lock lock{mutex_};
        stopping_ = true;
    }
    waiting_.notify_all();
    for (auto& thread : threads_) thread.join();
    threads_.clear();
}

void TransactionRunner::work() {
    CommitSession session{options_, metrics_};
    session.connect_ahead();
    while (true) {
        std::vector<Submission> batch = next_batch();
        if (batch.empty()) return;
        commit(session, batch);
    }
}

std::vector<TransactionRunner::Submission> TransactionRunner::next_batch() {
    std::unique_lock lock{mutex_};
    waiting_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    std::vector<Submission> batch;
    while (!queue_.empty() && batch.size() < batch_max) {
        batch.push_back(std::move(queue_.front()));
        queue_.pop_front();
    }
    if (!queue_.empty()) waiting_.notify_one();
    return batch;
}

void TransactionRunner::commit(CommitSession& session, Batch batch) {
    std::vector<http::Response> answers;
    for (int i = 0; i < attempts_max; ++i) {
        const auto outcome = session.run([&](pqxx::work& tx) {
            answers.clear();
            for (const Submission& one : batch) {
                act_for_nobody(tx);  // until the job says for whom
                answers.push_back(one.job(tx));
            }
        });
        if (outcome == CommitSession::Outcome::committed) {
            client_.notify();
            for (std::size_t k = 0; k < batch.size(); ++k) batch[k].done(std::move(answers[k]));
            return;
        }
        if (outcome == CommitSession::Outcome::refused) return halve(session, batch);
        if (outcome == CommitSession::Outcome::away) break;
    }
    for (Submission& one : batch) one.done(unavailable(not_stored, one.request_id));
}

void TransactionRunner::halve(CommitSession& session, Batch batch) {
    if (batch.size() == 1) {
        return batch.front().done(
            http::problem(422, "The message's data cannot be stored.", batch.front().request_id));
    }
    commit(session, batch.first(batch.size() / 2));
    commit(session, batch.subspan(batch.size() / 2));
}

}  // namespace callflex::ingress
