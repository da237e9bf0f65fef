#pragma once
// Batch jobs: one verb for everything that a filter finds: runs, or pending activities of runs. A job is a row; workers
// work it off, a page of items a transaction, in the order of run ids and activities: what a page has done to its items
// and how far the job has come commit together, so no item is reached twice, whoever dies, and the next worker goes on
// where the last page ended. What a verb does to an item, and to which, is a row of the table in batch_verbs.cpp.
//
// A job concerns the runs that had been started when it was made, and that match and are in the verb's scope when their
// page is taken; and activities that are pending then. Each verb inside a caller's transaction, as in runs.hpp.
//
// Lock order: batch_jobs -> live_runs by run id -> what the verb locks.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/activity_orders.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/runs.hpp"
#include "engine/workflow/registry.hpp"

namespace durable::store {

enum class BatchVerb : std::uint8_t {
    cancel,
    terminate,
    signal,
    reset,
    remove,  ///< its name is "delete"
    pause,
    unpause,
    move,
    activity_pause,
    activity_unpause,
    activity_reset,
    activity_retry,
    activity_update_options,
};
/// As rows and commands have it: "cancel", "activity pause".
[[nodiscard]] std::string_view name_of(BatchVerb verb);

enum class BatchState : std::uint8_t { running, completed, stopped, failed };
BOOST_DESCRIBE_ENUM(BatchState, running, completed, stopped, failed)

/// What a verb needs beyond a run. What does not belong to the verb is not looked at.
struct BatchArguments {
    std::string name{};  ///< of the signal; of the point to reset to: "first", "last", "mismatch"
    Payload input{};     ///< of the signal
    std::optional<std::string> build{};  ///< move: whose workers may claim it; none: the current one's
    std::optional<std::string> activity_type{};  ///< activities: only those; none: all
    bool terminate_first = false;                ///< delete: open runs, too, which are terminated before
    bool keep_paused = false;                    ///< activity reset: a paused one stays paused
    std::optional<ActivityChanges> changes{};    ///< activity update-options

    static constexpr bool defaults_allowed = true;
};
BOOST_DESCRIBE_STRUCT(BatchArguments, (),
                      (name, input, build, activity_type, terminate_first, keep_paused, changes))

struct BatchRequest {
    Uuid job;  ///< made by the caller: what makes a repeat recognisable
    BatchVerb verb = BatchVerb::cancel;
    std::string name_space = "default";
    std::string filter;  ///< in the filter language, without an order; "" is refused
    BatchArguments arguments{};
    std::string reason{};
    std::string identity{};
    double per_second = 50;  ///< items; 0.01 to 10,000
};

/// What a job's items are.
enum class BatchScope : std::uint8_t {
    open_runs,
    ended_runs,  ///< that had ended when the job was made
    all_runs,
    activities,  ///< pending, of open runs
};
[[nodiscard]] BatchScope scope_of(const BatchRequest& request);

struct BatchJob {
    BatchRequest request;
    BatchState state = BatchState::running;
    std::int64_t total = 0;    ///< items that matched when it was made; see count_matching()
    std::int64_t done = 0;     ///< items that the verb has reached
    std::int64_t skipped = 0;  ///< it was so already, or did not fit: see batch_problems()
    std::int64_t failed = 0;   ///< see batch_problems()
    Timestamp created_at;
    std::optional<Timestamp> ended_at;
    std::optional<std::string> trouble;  ///< why a failed job could not go on
    Timestamp now;
};

/// Items that the filter finds now: what the job would concern. Activities that a run's worker runs itself, without a
/// row, are not counted, but reached. Throws search::QueryError, std::invalid_argument.
std::int64_t count_matching(pqxx::transaction_base& tx, const BatchRequest& request);
/// Makes the job, and its audit row. The same job id again changes nothing. Returns the number of items that
/// match. Throws search::QueryError, std::invalid_argument.
std::int64_t create_batch(pqxx::transaction_base& tx, const BatchRequest& request);
/// Newest first.
std::vector<BatchJob> list_batches(pqxx::transaction_base& tx, std::int32_t limit = 50);
std::optional<BatchJob> find_batch(pqxx::transaction_base& tx, const Uuid& job);
/// No further page is taken; what has been done stays. False: there is no such job, or it is over.
bool stop_batch(pqxx::transaction_base& tx, const Uuid& job, const std::string& identity,
                const std::string& reason);

/// What became of an item on which the verb was not carried out, and why.
struct BatchProblem {
    RunId run;
    std::optional<EventId> activity;  ///< none: it is about the run
    bool failed = false;              ///< else it was skipped
    std::string problem;
};
/// The first of them, those on which the verb failed before those that were skipped.
std::vector<BatchProblem> batch_problems(pqxx::transaction_base& tx, const Uuid& job,
                                         std::int32_t limit = 20);

/// What one transaction did for a job.
struct BatchPage {
    Uuid job;
    std::int64_t done = 0;
    std::int64_t skipped = 0;
    std::int64_t failed = 0;
    BatchState state = BatchState::running;
    std::vector<std::string> messages;          ///< queues of runs that have got some, or are to look up
    std::vector<std::string> runs_ready;        ///< queues of runs that may be claimed now
    std::vector<std::string> activities_ready;  ///< queues of activities that may begin now
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
/// The verbs that this program knows, as an array for statements: jobs with others are left to newer programs.
std::string known_batch_verbs();

}  // namespace durable::store
