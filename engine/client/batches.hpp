#pragma once
// Batch jobs for operators and programs: one verb for every run, or every pending activity of runs, that a filter
// finds, worked off by the workers, a page a transaction (store/batches.hpp). Each verb opens, commits and retries a
// transaction of its own; those of the store take part in a caller's. Thread-safe. All throw store::StoreUnavailable
// when the database stays away.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/client/client.hpp"
#include "engine/store/batches.hpp"

namespace durable::client {

using store::BatchArguments;
using store::BatchJob;
using store::BatchRequest;
using store::BatchScope;
using store::BatchState;
using store::BatchVerb;

class BatchClient {
  public:
    explicit BatchClient(const ClientOptions& options);
    ~BatchClient();
    BatchClient(const BatchClient&) = delete;
    BatchClient& operator=(const BatchClient&) = delete;

    /// What matches now: what the job would reach. See store::count_matching. Throws search::QueryError.
    [[nodiscard]] std::int64_t count(const BatchRequest& request);
    /// `request.job` is made here. Durable when it returns; a worker takes the first page within a second. Throws
    /// search::QueryError, std::invalid_argument.
    BatchJob create(BatchRequest request);
    /// Newest first.
    [[nodiscard]] std::vector<BatchJob> list(std::int32_t limit = 50);
    [[nodiscard]] std::optional<BatchJob> find(const Uuid& job);
    [[nodiscard]] std::vector<store::BatchProblem> problems(const Uuid& job, std::int32_t limit = 20);
    /// False: it is over, or there is none. What has been done stays.
    bool stop(const Uuid& job, const std::string& identity, const std::string& reason);

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace durable::client
