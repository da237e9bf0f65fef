#pragma once
// Batch jobs: one verb for every open run that a filter finds. A job is a row; workers work it off, a page
// of runs a transaction, in the order of run ids: what a page has done to its runs and how far the job has
// come commit together, so no run is reached twice, whoever dies, and the next worker goes on where the last
// page ended.
//
// A job concerns the runs that had been started when it was made, and that are open and match when their
// page is taken. Each verb inside a caller's transaction, as in runs.hpp.
//
// Lock order: batch_jobs -> live_runs by run id -> what the verb locks.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/id_source.hpp"
#include "engine/store/runs.hpp"
#include "engine/workflow/registry.hpp"

namespace durable::store {

enum class BatchVerb : std::uint8_t { cancel, terminate, signal, reset };
BOOST_DESCRIBE_ENUM(BatchVerb, cancel, terminate, signal, reset)

enum class BatchState : std::uint8_t { running, completed, stopped, failed };
BOOST_DESCRIBE_ENUM(BatchState, running, completed, stopped, failed)

/// What a verb needs beyond a run.
struct BatchArguments {
    std::string name{};  ///< of the signal; of the point to reset to: "first", "last", "mismatch"
    Payload input{};     ///< of the signal
};
BOOST_DESCRIBE_STRUCT(BatchArguments, (), (name, input))

struct BatchRequest {
    Uuid job;  ///< made by the caller: what makes a repeat recognisable
    BatchVerb verb = BatchVerb::cancel;
    std::string name_space = "default";
    std::string filter;  ///< in the filter language, without an order; "" is refused
    BatchArguments arguments{};
    std::string reason{};
    std::string identity{};
    double per_second = 50;  ///< runs; 0.01 to 10,000
};

struct BatchJob {
    BatchRequest request;
    BatchState state = BatchState::running;
    std::int64_t total = 0;    ///< that matched when it was made
    std::int64_t done = 0;     ///< runs that the verb has reached
    std::int64_t skipped = 0;  ///< ended meanwhile
    std::int64_t failed = 0;   ///< see batch_problems()
    Timestamp created_at;
    std::optional<Timestamp> ended_at;
    std::optional<std::string> trouble;  ///< why a failed job could not go on
    Timestamp now;
};

/// Open runs that the filter finds now: what a job would concern. Throws search::QueryError.
std::int64_t count_open(pqxx::transaction_base& tx, const std::string& name_space, const std::string& filter);
/// Makes the job, and its audit row. The same job id again changes nothing. Returns the number of runs that
/// match. Throws search::QueryError, std::invalid_argument.
std::int64_t create_batch(pqxx::transaction_base& tx, const BatchRequest& request);
/// Newest first.
std::vector<BatchJob> list_batches(pqxx::transaction_base& tx, std::int32_t limit = 50);
std::optional<BatchJob> find_batch(pqxx::transaction_base& tx, const Uuid& job);
/// No further page is taken; what has been done stays. False: there is no such job, or it is over.
bool stop_batch(pqxx::transaction_base& tx, const Uuid& job, const std::string& identity,
                const std::string& reason);

struct BatchProblem {
    RunId run;
    std::string problem;
};
/// The first of the runs on which the verb failed.
std::vector<BatchProblem> batch_problems(pqxx::transaction_base& tx, const Uuid& job,
                                         std::int32_t limit = 20);

/// What one transaction did for a job.
struct BatchPage {
    Uuid job;
    std::int64_t done = 0;
    std::int64_t skipped = 0;
    std::int64_t failed = 0;
    BatchState state = BatchState::running;
    std::vector<std::string> queues;  ///< of runs that have got messages
    std::vector<RunId> closed;
};
/// What verbs need of the worker: resets make runs, and look for the place where its code parts from a
/// history.
struct BatchTools {
    IdSource& ids;
    const WorkflowRegistry& workflows;
};
/// Takes the next page of a job that is due, unless another worker is at it. None: nothing is due.
std::optional<BatchPage> take_batch_page(pqxx::work& tx, const BatchTools& tools);
/// Until a page is due; none: there is no job.
std::optional<Duration> batch_wait(pqxx::transaction_base& tx);

}  // namespace durable::store
