#include "engine/store/queues.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/store/audit.hpp"
#include "engine/store/database_time.hpp"
#include "engine/store/field_values.hpp"
#include "engine/store/names.hpp"
#include "engine/workflow/queue_share.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

QueueInfo queue_info(const pqxx::row& row) {
    QueueInfo info;
    info.queue = row["queue"].as<std::string>();
    if (!row["paused_at"].is_null()) {
        info.paused = {moment(row["paused_at"]), row["paused_by"].as<std::string>(),
                       row["pause_reason"].as<std::string>()};
    }
    info.runs = {row["runs_due"].as<std::int64_t>(), moment_or_none(row["oldest_run"]),
                 row["runs_later"].as<std::int64_t>(), row["runs_held"].as<std::int64_t>()};
    info.rows = {row["rows_due"].as<std::int64_t>(), moment_or_none(row["oldest_row"]),
                 row["rows_later"].as<std::int64_t>(), row["rows_held"].as<std::int64_t>()};
    info.workers = row["workers"].as<int>();
    info.rates = {row["runs_started"].as<double>(), row["runs_claimed"].as<double>(),
                  row["runs_closed"].as<double>(), row["rows_claimed"].as<double>()};
    return info;
}

std::vector<QueueInfo> queues(pqxx::transaction_base& tx, const char* only) {
    std::vector<QueueInfo> found;
    for (const auto& row : tx.exec_params(std::string{sql::list_queues}, only))
        found.push_back(queue_info(row));
    return found;
}

LineInfo line_info(const pqxx::row& row) {
    LineInfo line;
    line.priority = row["priority"].as<int>();
    line.key = row["key"].as<std::string>();
    line.due = row["due"].as<std::int64_t>();
    line.oldest_due = moment(row["oldest"]);
    if (!row["weight"].is_null()) line.weight = row["weight"].as<double>();
    return line;
}

}  // namespace

std::vector<QueueInfo> list_queues(pqxx::transaction_base& tx) {
    return queues(tx, nullptr);
}

QueueDetails describe_queue(pqxx::transaction_base& tx, const std::string& queue, std::int32_t lines_max) {
    check_name("queue", queue);
    QueueDetails details;
    details.info = queues(tx, queue.c_str()).front();
    for (const auto& row : tx.exec_params(std::string{sql::queue_lines}, queue, lines_max)) {
        (row["of_runs"].as<bool>() ? details.run_lines : details.row_lines).push_back(line_info(row));
    }
    for (const auto& row : tx.exec_params(std::string{sql::queue_weights}, queue)) {
        details.weights.push_back({row[0].as<std::string>(), row[1].as<double>()});
    }
    details.now = database_time(tx);
    return details;
}

std::optional<QueuePause> pause_of_queue(pqxx::transaction_base& tx, const std::string& queue) {
    const auto rows = tx.exec_params(std::string{sql::queue_pause}, queue);
    if (rows.empty()) return std::nullopt;
    return QueuePause{moment(rows[0][0]), rows[0][1].as<std::string>(), rows[0][2].as<std::string>()};
}

bool pause_queue(pqxx::transaction_base& tx, const std::string& queue, const OperatorAct& act) {
    check_name("queue", queue);
    const std::string identity = act.identity.empty() ? "unknown" : act.identity;
    const bool paused = !tx.exec_params(std::string{sql::pause_queue}, queue, identity, act.reason).empty();
    if (paused) audit(tx, {act.identity, "queue pause", queue, act.reason});
    return paused;
}

bool unpause_queue(pqxx::transaction_base& tx, const std::string& queue, const OperatorAct& act) {
    check_name("queue", queue);
    const bool unpaused = !tx.exec_params(std::string{sql::unpause_queue}, queue).empty();
    if (unpaused) audit(tx, {act.identity, "queue unpause", queue, act.reason});
    return unpaused;
}

void set_weight(pqxx::transaction_base& tx, const std::string& queue, const std::string& key,
                std::optional<double> weight, const OperatorAct& act) {
    check_name("queue", queue);
    check_name("fairness key", key);
    const std::string problem = problem_with(QueueShare{.fairness_key = key, .weight = weight.value_or(1)});
    if (!problem.empty()) throw std::invalid_argument("there cannot be " + problem);
    const std::optional<std::string> text = weight ? std::optional{fmt::format("{}", *weight)} : std::nullopt;
    tx.exec_params(std::string{sql::set_weight}, queue, key, text ? text->c_str() : nullptr);
    audit(tx, {act.identity, "queue weight", queue, act.reason,
               fmt::format(R"({{"weight":{}}})", text.value_or("null"))});
}

}  // namespace durable::store
