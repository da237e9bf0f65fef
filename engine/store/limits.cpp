#include "engine/store/limits.hpp"

#include <fmt/format.h>

#include <stdexcept>

#include "engine/store/audit.hpp"
#include "engine/store/names.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

template <class T>
std::optional<T> value_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return field.as<T>();
}

/// The columns set_concurrency, ..., or declared_concurrency, ...
LimitFigures figures(const pqxx::row& row, const std::string& whose) {
    return {value_or_none<int>(row[whose + "_concurrency"]),
            value_or_none<double>(row[whose + "_per_second"]), value_or_none<int>(row[whose + "_burst"])};
}

LimitInfo limit_info(const pqxx::row& row) {
    LimitInfo info;
    info.key = row["limit_key"].as<std::string>();
    info.concurrency = value_or_none<int>(row["concurrency"]);
    info.per_second = value_or_none<double>(row["per_second"]);
    info.burst = row["burst"].as<int>();
    info.declared = figures(row, "declared");
    if (!row["set_at"].is_null()) {
        info.set = LimitOverride{figures(row, "set"), Timestamp{Duration{row["set_at"].as<std::int64_t>()}},
                                 row["set_by"].as<std::string>(), row["set_reason"].as<std::string>()};
    }
    info.starts_left = value_or_none<double>(row["tokens"]);
    info.running = row["running"].as<std::int64_t>();
    info.waiting = row["waiting"].as<std::int64_t>();
    info.due = row["due"].as<std::int64_t>();
    const auto oldest = value_or_none<std::int64_t>(row["oldest_due"]);
    if (oldest) info.oldest_due = Timestamp{Duration{*oldest}};
    info.queues = value_or_none<std::string>(row["queues"]).value_or("");
    return info;
}

void check(const LimitFigures& figures) {
    constexpr double least = 1e-9;
    constexpr double most = 1e9;
    if (!figures.concurrency && !figures.per_second)
        throw std::invalid_argument("a limit needs a concurrency or a rate");
    if (figures.burst && !figures.per_second)
        throw std::invalid_argument("a burst is of a rate: it cannot be set alone");
    if (figures.concurrency && *figures.concurrency < 1)
        throw std::invalid_argument(
            "a concurrency of less than 1 would let nothing through: pause the queue");
    if (figures.per_second && !(*figures.per_second >= least && *figures.per_second <= most))
        throw std::invalid_argument("a rate is between 1e-9 and 1e9 a second");
    if (figures.burst && *figures.burst < 1) throw std::invalid_argument("a burst is 1 at least");
}

template <class T>
std::string or_null(const std::optional<T>& value) {
    return value ? fmt::format("{}", *value) : "null";
}

std::string details(const LimitFigures& figures) {
    return fmt::format(R"({{"concurrency":{},"per_second":{},"burst":{}}})", or_null(figures.concurrency),
                       or_null(figures.per_second), or_null(figures.burst));
}

}  // namespace

std::vector<LimitInfo> list_limits(pqxx::transaction_base& tx, bool busy_only, std::int32_t limit) {
    std::vector<LimitInfo> limits;
    for (const auto& row : tx.exec_params(std::string{sql::list_limits}, busy_only, limit)) {
        limits.push_back(limit_info(row));
    }
    return limits;
}

std::vector<std::string> set_limit(pqxx::transaction_base& tx, const std::string& key,
                                   const LimitFigures& figures, const OperatorAct& act) {
    check_name("limit key", key);
    check(figures);
    const std::string identity = act.identity.empty() ? "unknown" : act.identity;
    std::vector<std::string> queues;
    for (const auto& row : tx.exec_params(std::string{sql::set_limit}, key, figures.concurrency,
                                          figures.per_second, figures.burst, identity, act.reason)) {
        queues.push_back(row[0].as<std::string>());
    }
    audit(tx, {act.identity, "queue limit", key, act.reason, details(figures)});
    return queues;
}

std::optional<std::vector<std::string>> clear_limit(pqxx::transaction_base& tx, const std::string& key,
                                                    const OperatorAct& act) {
    check_name("limit key", key);
    const auto rows = tx.exec_params(std::string{sql::clear_limit}, key);
    if (rows.empty()) return std::nullopt;
    std::vector<std::string> queues;
    for (const auto& row : rows) {
        if (!row[0].is_null()) queues.push_back(row[0].as<std::string>());
    }
    audit(tx, {act.identity, "queue limit", key, act.reason, R"({"cleared":true})"});
    return queues;
}

}  // namespace durable::store
