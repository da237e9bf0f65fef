#include "engine/store/audit.hpp"

#include <algorithm>
#include <stdexcept>

#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr std::int32_t page_max = 1000;

std::optional<std::string> number(const std::optional<std::int64_t>& value) {
    if (!value) return std::nullopt;
    return std::to_string(*value);
}

std::optional<std::string> microseconds(const std::optional<Timestamp>& moment) {
    if (!moment) return std::nullopt;
    return std::to_string(moment->time_since_epoch().count());
}

}  // namespace

void audit(pqxx::transaction_base& tx, const AuditEntry& entry) {
    if (entry.verb.empty()) throw std::invalid_argument("an audit entry needs a verb");
    if (entry.target.empty()) throw std::invalid_argument("an audit entry needs a target");
    const std::string who = entry.identity.empty() ? "unknown" : entry.identity;
    std::optional<std::string> batch;
    if (entry.batch) batch = entry.batch->to_string();
    tx.exec_params(std::string{sql::insert_audit}, who, entry.verb, entry.target, entry.reason, entry.details,
                   or_null(batch));
}

std::vector<Audited> list_audit(pqxx::transaction_base& tx, const AuditFilter& filter) {
    const auto after = microseconds(filter.after);
    const auto before = number(filter.before);
    const auto rows =
        tx.exec_params(std::string{sql::list_audit}, or_null(filter.target), or_null(filter.verb),
                       or_null(after), or_null(before), std::clamp(filter.limit, 1, page_max));
    std::vector<Audited> acts;
    for (const auto& row : rows) {
        Audited act;
        act.id = row["audit_id"].as<std::int64_t>();
        act.at = Timestamp{Duration{row["at"].as<std::int64_t>()}};
        act.entry = {row["identity"].as<std::string>(), row["verb"].as<std::string>(),
                     row["target"].as<std::string>(), row["reason"].as<std::string>(),
                     row["details"].as<std::string>()};
        acts.push_back(std::move(act));
    }
    return acts;
}

}  // namespace durable::store
