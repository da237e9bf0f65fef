#include "activities/usage.hpp"

#include "activities/database_text.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

DayUsage count_usage(durable::TransactionalContext&, pqxx::work& tx, CallUsage input) {
    const std::string started_at = storable(input.call.started_at);
    auto rows =
        durable::exec(tx, sql::count_usage, input.call.organization_id, started_at, input.call.call_id,
                      storable(input.ended_at), input.minutes, input.cost_microdollars);
    if (rows.empty()) {
        rows = durable::exec(tx, sql::find_counted_usage, input.call.organization_id, started_at,
                             input.call.call_id);
    }
    if (rows.empty()) throw call_not_found(input.call);
    return {rows[0][0].as<std::string>(), rows[0][1].as<std::int64_t>(), rows[0][2].as<std::int64_t>()};
}

}  // namespace callflex::transactional
