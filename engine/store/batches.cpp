// Making, reading and stopping batch jobs. Working them off is in batch_turn.cpp.

#include "engine/store/batches.hpp"

#include <fmt/format.h>

#include <cmath>
#include <stdexcept>

#include "engine/store/audit.hpp"
#include "engine/store/batch_rows.hpp"
#include "engine/store/names.hpp"
#include "engine/store/search.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine/workflow/codec.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr double rate_min = 0.01;
constexpr double rate_max = 10'000;

Timestamp moment(const pqxx::field& field) {
    return Timestamp{Duration{field.as<std::int64_t>()}};
}

void check(const BatchRequest& request) {
    if (request.job.is_nil()) throw std::invalid_argument("the job id is missing");
    check_name("namespace", request.name_space);
    if (request.filter.find_first_not_of(" \t\r\n") == std::string::npos) {
        throw std::invalid_argument("a batch job needs a filter; for every open run say: Status = 'running'");
    }
    const bool good_rate = request.per_second >= rate_min && request.per_second <= rate_max;
    if (!good_rate || !std::isfinite(request.per_second)) {
        throw std::invalid_argument("the rate of a batch job is between 0.01 and 10000 runs a second");
    }
    if (request.verb == BatchVerb::signal) check_name("signal", request.arguments.name);
    const std::string& point = request.arguments.name;
    if (request.verb == BatchVerb::reset && point != "first" && point != "last" && point != "mismatch") {
        throw std::invalid_argument("a batch job resets to the point first, last or mismatch");
    }
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

std::string_view name_of(BatchVerb verb) {
    return boost::describe::enum_to_string(verb, "");
}
std::string_view name_of(BatchState state) {
    return boost::describe::enum_to_string(state, "");
}

BatchRequest batch_request(const pqxx::row& row) {
    BatchRequest request;
    request.job = uuid_of(row["job_id"].c_str());
    request.verb = decode<BatchVerb>(encode(row["verb"].as<std::string>()));
    request.name_space = row["name_space"].as<std::string>();
    request.filter = row["filter"].as<std::string>();
    request.arguments = decode<BatchArguments>(Payload{row["arguments"].as<std::string>()});
    request.reason = row["reason"].as<std::string>();
    request.identity = row["identity"].as<std::string>();
    request.per_second = row["per_second"].as<double>();
    return request;
}

std::int64_t count_open(pqxx::transaction_base& tx, const std::string& name_space,
                        const std::string& filter) {
    const search::Query query = search::parse(filter);
    if (!query.order.empty()) {
        throw search::QueryError(filter, query.order.front().at,
                                 "a batch job takes its runs in an order of its own");
    }
    const SearchWorld world = search_world(tx);
    static_cast<void>(
        search::bind(query, world.catalog, world.now));  // names its mistakes by their own places
    const auto counts = count_groups(
        tx, name_space, filter.empty() ? "Status = 'running'" : "Status = 'running' and (" + filter + ")");
    return counts.empty() ? 0 : counts.front().runs;
}

std::int64_t create_batch(pqxx::transaction_base& tx, const BatchRequest& request) {
    check(request);
    const std::int64_t total = count_open(tx, request.name_space, request.filter);
    const auto made = tx.exec_params(std::string{sql::insert_batch}, request.job.to_string(),
                                     std::string{name_of(request.verb)}, request.filter, request.name_space,
                                     encode(request.arguments).json, request.reason, request.identity,
                                     request.per_second, total);
    if (made.affected_rows() == 1) {
        audit(tx, {request.identity, fmt::format("batch {}", name_of(request.verb)),
                   batch_target(request.job), request.reason, fmt::format(R"({{"runs":{}}})", total)});
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
        problems.push_back({RunId{uuid_of(row[0].c_str())}, row[1].as<std::string>()});
    }
    return problems;
}

}  // namespace durable::store
