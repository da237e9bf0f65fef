// Making, reading and stopping batch jobs. Working them off is in batch_turn.cpp.

#include "engine/store/batches.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "engine/store/audit.hpp"
#include "engine/store/batch_rows.hpp"
#include "engine/store/batch_verbs.hpp"
#include "engine/store/field_values.hpp"
#include "engine/store/names.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine/workflow/codec.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr double rate_min = 0.01;
constexpr double rate_max = 10'000;

void check(const BatchRequest& request) {
    if (request.job.is_nil()) throw std::invalid_argument("the job id is missing");
    check_name("namespace", request.name_space);
    if (request.filter.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw std::invalid_argument("a batch job needs a filter; for every open run say: Status = 'running'");
    }
    const bool good_rate = request.per_second >= rate_min && request.per_second <= rate_max;
    if (!good_rate || !std::isfinite(request.per_second)) {
        throw std::invalid_argument("the rate of a batch job is between 0.01 and 10000 a second");
    }
    rule_of(request.verb).check(request.arguments);
}

BatchJob job_of(const pqxx::row& row) {
    BatchJob job;
    job.request = batch_request(row);
    job.state = decode<BatchState>(encode(row["state"].as<std::string>()));
    job.total = row["total"].as<std::int64_t>();
    job.done = row["done"].as<std::int64_t>();
    job.skipped = row["skipped"].as<std::int64_t>();
    job.failed = row["failed"].as<std::int64_t>();
    job.created_at = moment(row["created_at"]);
    if (!row["ended_at"].is_null()) job.ended_at = moment(row["ended_at"]);
    if (!row["trouble"].is_null()) job.trouble = row["trouble"].as<std::string>();
    job.now = moment(row["now"]);
    return job;
}

}  // namespace

std::string batch_target(const Uuid& job) {
    return "batch " + job.to_string();
}

std::string_view name_of(BatchState state) {
    return boost::describe::enum_to_string(state, "");
}

BatchRequest batch_request(const pqxx::row& row) {
    BatchRequest request;
    request.job = uuid_of(row["job_id"].c_str());
    const auto verb = row["verb"].as<std::string>();
    const BatchRule* rule = rule_named(verb);
    if (rule == nullptr) {
        throw std::runtime_error("batch job " + request.job.to_string() + " does " + verb +
                                 ", which this program does not know: use a newer one");
    }
    request.verb = rule->verb;
    request.name_space = row["name_space"].as<std::string>();
    request.filter = row["filter"].as<std::string>();
    request.arguments = decode<BatchArguments>(Payload{row["arguments"].as<std::string>()});
    request.reason = row["reason"].as<std::string>();
    request.identity = row["identity"].as<std::string>();
    request.per_second = row["per_second"].as<double>();
    return request;
}

std::int64_t create_batch(pqxx::transaction_base& tx, const BatchRequest& request) {
    check(request);
    const std::int64_t total = count_matching(tx, request);
    const auto made = tx.exec_params(std::string{sql::insert_batch}, request.job.to_string(),
                                     std::string{name_of(request.verb)}, request.filter, request.name_space,
                                     encode(request.arguments).json, request.reason, request.identity,
                                     request.per_second, total);
    if (made.affected_rows() == 1) {
        const char* noun = scope_of(request) == BatchScope::activities ? "activities" : "runs";
        audit(tx, {request.identity, fmt::format("batch {}", name_of(request.verb)),
                   batch_target(request.job), request.reason, fmt::format(R"({{"{}":{}}})", noun, total)});
    }
    return total;
}

std::vector<BatchJob> list_batches(pqxx::transaction_base& tx, std::int32_t limit) {
    std::vector<BatchJob> jobs;
    for (const auto& row : tx.exec_params(std::string{sql::list_batches}, nullptr, limit)) {
        jobs.push_back(job_of(row));
    }
    return jobs;
}

std::optional<BatchJob> find_batch(pqxx::transaction_base& tx, const Uuid& job) {
    const auto rows = tx.exec_params(std::string{sql::list_batches}, job.to_string(), 1);
    if (rows.empty()) return std::nullopt;
    return job_of(rows[0]);
}

bool stop_batch(pqxx::transaction_base& tx, const Uuid& job, const std::string& identity,
                const std::string& reason) {
    if (tx.exec_params(std::string{sql::stop_batch}, job.to_string()).affected_rows() == 0) return false;
    audit(tx, {identity, "batch stop", batch_target(job), reason});
    return true;
}

std::vector<BatchProblem> batch_problems(pqxx::transaction_base& tx, const Uuid& job, std::int32_t limit) {
    std::vector<BatchProblem> problems;
    for (const auto& row : tx.exec_params(std::string{sql::batch_problems}, job.to_string(), limit)) {
        BatchProblem problem{.run = RunId{uuid_of(row["run_id"].c_str())}, .activity = {}, .problem = {}};
        if (const auto activity = row["activity"].as<std::int32_t>(); activity > 0)
            problem.activity = EventId{activity};
        problem.failed = row["outcome"].as<std::string>() == "failed";
        if (!row["problem"].is_null()) problem.problem = row["problem"].as<std::string>();
        problems.push_back(std::move(problem));
    }
    return problems;
}

}  // namespace durable::store
