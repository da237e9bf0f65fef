#include "engine/store/retention.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/payloads/compression.hpp"
#include "engine/replay/execution.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {

std::vector<RetentionPolicy> list_retention(pqxx::transaction_base& tx) {
    std::vector<RetentionPolicy> policies;
    for (const auto& row : tx.exec(std::string{sql::list_retention})) {
        policies.push_back({row[0].as<std::string>(), row[1].as<std::string>(),
                            Duration{row[2].as<std::int64_t>()}, row[3].as<bool>(),
                            Timestamp{Duration{row[4].as<std::int64_t>()}}});
    }
    return policies;
}

void set_retention(pqxx::transaction_base& tx, const RetentionPolicy& policy) {
    if (policy.keep < Duration::zero())
        throw std::invalid_argument("a run cannot be kept for less than no time");
    const auto status = replay::run_status(policy.status);
    if (!policy.status.empty() && (!status || *status == replay::RunStatus::running)) {
        throw std::invalid_argument(fmt::format(
            "\"{}\" is no outcome of a run: completed, failed, canceled, timed_out, terminated or "
            "continued_as_new",
            policy.status));
    }
    tx.exec_params(std::string{sql::set_retention}, policy.type, policy.status,
                   std::int64_t{policy.keep.count()}, policy.export_first);
}

bool remove_retention(pqxx::transaction_base& tx, const std::string& type, const std::string& status) {
    return tx.exec_params(std::string{sql::remove_retention}, type, status).affected_rows() == 1;
}

std::vector<ExpiredRun> expired_runs(pqxx::transaction_base& tx, std::optional<RunId> after, int limit,
                                     bool can_export) {
    std::optional<std::string> after_text;
    if (after) after_text = after->value.to_string();
    std::vector<ExpiredRun> runs;
    for (const auto& row :
         tx.exec_params(std::string{sql::expired_runs}, or_null(after_text), limit, can_export)) {
        runs.push_back({RunId{uuid_of(row[0].c_str())}, row[1].as<bool>()});
    }
    return runs;
}

std::int64_t forget_runs(pqxx::transaction_base& tx, const std::vector<RunId>& runs) {
    TextArray ids;
    for (const RunId& run : runs) ids.add(run.value);
    return tx.exec_params(std::string{sql::forget_runs}, ids.literal())[0][0].as<std::int64_t>();
}

std::int64_t forget_workflow_ids(pqxx::transaction_base& tx, Duration age, double place) {
    return static_cast<std::int64_t>(
        tx.exec_params(std::string{sql::forget_workflow_ids}, std::int64_t{age.count()}, place)
            .affected_rows());
}

bool lock_retention(pqxx::transaction_base& tx) {
    return tx.exec(std::string{sql::lock_retention})[0][0].as<bool>();
}

void unlock_retention(pqxx::transaction_base& tx) {
    tx.exec(std::string{sql::unlock_retention});
}

std::optional<std::string> archive_of(pqxx::transaction_base& tx, RunId run) {
    std::string lines;
    for (const auto& row : tx.exec_params(std::string{sql::archive_of_run}, run.value.to_string())) {
        lines += row[0].c_str();
        lines += '\n';
    }
    if (lines.empty()) return std::nullopt;
    return payloads::compress(lines);
}

}  // namespace durable::store
