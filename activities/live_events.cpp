#include "activities/live_events.hpp"

#include "activities/database_text.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

Published publish_live_event(durable::TransactionalContext&, pqxx::work& tx, LiveEvent input) {
    const auto row = durable::exec1(tx, sql::publish_live_event, input.organization_id, input.type,
                                    storable(input.payload));
    return {row["id"].as<std::int64_t>(), std::nullopt, row["webhooks"].as<bool>()};
}

}  // namespace callflex::transactional
