#pragma once
// Requests that need a few statements each: those that wait at the same time share a transaction and its
// commit, and each is answered only after that commit.
//
//   co_return co_await transactions_.run([event](pqxx::work& tx) {
//       act_for(tx, event.organization_id);
//       ...
//       return http::json(200, "{}");
//   }, request.request_id);
//
// - A job may run several times (the commit's answer was lost, or a companion was refused): what it does must
//   be a function of its captures and of the database, and a repeat must find its own dedupe row.
// - It must set whom it acts for: a companion may have acted for somebody else just before.
// - What the database refuses is found by halving the batch; alone, it is answered 422.
// - The database away, or the queue full: 503 with Retry-After, at once.

#include <boost/asio/awaitable.hpp>
#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "api/http/message.hpp"
#include "api/ingress/commit_session.hpp"
#include "engine/client/client.hpp"

namespace callflex::ingress {

class TransactionRunner {
  public:
    /// On one of the runner's threads.
    using Job = std::function<http::Response(pqxx::work&)>;

    TransactionRunner(const IngressOptions& options, durable::client::Client& client, Metrics& metrics);
    ~TransactionRunner();
    TransactionRunner(const TransactionRunner&) = delete;
    TransactionRunner& operator=(const TransactionRunner&) = delete;

    /// From any thread; continues on the awaiting coroutine's executor.
    [[nodiscard]] boost::asio::awaitable<http::Response> run(Job job, std::string request_id);
    /// Commits what waits, then ends the threads.
    void stop();

  private:
    struct Submission {
        Job job;
        std::string request_id;
        std::function<void(http::Response)> done;
    };
    using Batch = std::span<Submission>;

    bool submit(Submission submission);
    void work();
    [[nodiscard]] std::vector<Submission> next_batch();
    void commit(CommitSession& session, Batch batch);
    void halve(CommitSession& session, Batch batch);

    const IngressOptions& options_;
    durable::client::Client& client_;
    Metrics& metrics_;

    std::mutex mutex_;  ///< guards what follows
    std::condition_variable waiting_;
    std::deque<Submission> queue_;
    bool stopping_ = false;

    std::vector<std::thread> threads_;
};

/// 503 with Retry-After.
[[nodiscard]] http::Response unavailable(std::string_view detail, std::string_view request_id);

}  // namespace callflex::ingress
