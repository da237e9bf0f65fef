#include "engine/store/quarantine.hpp"

#include "engine/store/audit.hpp"
#include "engine/store/field_values.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr const char* audited_as = "database";

std::string author(const OperatorAct& act) {
    return act.identity.empty() ? "unknown" : act.identity;
}

}  // namespace

bool begin_quarantine(pqxx::transaction_base& tx, const std::optional<Timestamp>& restored_to,
                      const OperatorAct& act) {
    std::optional<std::string> moment_given;
    if (restored_to) moment_given = std::to_string(restored_to->time_since_epoch().count());
    const bool began =
        !tx.exec_params(std::string{sql::begin_quarantine}, author(act), act.reason, or_null(moment_given))
             .empty();
    if (began) audit(tx, {act.identity, "quarantine begin", audited_as, act.reason});
    return began;
}

bool end_quarantine(pqxx::transaction_base& tx, const OperatorAct& act) {
    const bool ended = !tx.exec_params(std::string{sql::end_quarantine}, author(act)).empty();
    if (ended) audit(tx, {act.identity, "quarantine end", audited_as, act.reason});
    return ended;
}

std::optional<Quarantine> last_quarantine(pqxx::transaction_base& tx) {
    const auto rows = tx.exec(std::string{sql::last_quarantine});
    if (rows.empty()) return std::nullopt;
    const auto& row = rows[0];
    Quarantine found{moment(row["restored_to"]), moment(row["began_at"]), row["began_by"].as<std::string>(),
                     row["reason"].as<std::string>(), moment_or_none(row["ended_at"])};
    if (!row["ended_by"].is_null()) found.ended_by = row["ended_by"].as<std::string>();
    return found;
}

std::vector<DoubtfulActivity> doubtful_activities(pqxx::transaction_base& tx, std::int32_t limit) {
    std::vector<DoubtfulActivity> found;
    for (const auto& row : tx.exec_params(std::string{sql::doubtful_activities}, limit)) {
        DoubtfulActivity one;
        one.run = RunId{uuid_of(row["run_id"].c_str())};
        one.activity = EventId{row["activity"].as<std::int32_t>()};
        one.workflow = WorkflowId{row["workflow_id"].as<std::string>()};
        one.workflow_type = row["workflow_type"].as<std::string>();
        one.tenant = Tenant{row["tenant"].as<std::string>()};
        one.type = row["type"].as<std::string>();
        one.at_most_once = row["at_most_once"].as<bool>();
        one.scheduled_at = moment(row["scheduled_at"]);
        found.push_back(std::move(one));
    }
    return found;
}

}  // namespace durable::store
