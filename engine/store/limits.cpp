#include "engine/store/limits.hpp"

#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

template <class T>
std::optional<T> value_or_none(const pqxx::field& field) {
    if (field.is_null()) return std::nullopt;
    return field.as<T>();
}

LimitInfo limit_info(const pqxx::row& row) {
    LimitInfo info;
    info.key = row["limit_key"].as<std::string>();
    info.concurrency = value_or_none<int>(row["concurrency"]);
    info.per_second = value_or_none<double>(row["per_second"]);
    info.burst = row["burst"].as<int>();
    info.starts_left = value_or_none<double>(row["tokens"]);
    info.running = row["running"].as<std::int64_t>();
    info.waiting = row["waiting"].as<std::int64_t>();
    info.due = row["due"].as<std::int64_t>();
    const auto oldest = value_or_none<std::int64_t>(row["oldest_due"]);
    if (oldest) info.oldest_due = Timestamp{Duration{*oldest}};
    info.queues = value_or_none<std::string>(row["queues"]).value_or("");
    return info;
}

}  // namespace

std::vector<LimitInfo> list_limits(pqxx::transaction_base& tx, bool busy_only, std::int32_t limit) {
    std::vector<LimitInfo> limits;
    for (const auto& row : tx.exec_params(std::string{sql::list_limits}, busy_only, limit)) {
        limits.push_back(limit_info(row));
    }
    return limits;
}

}  // namespace durable::store
