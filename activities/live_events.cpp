#include "activities/live_events.hpp"

#include "activities/database_text.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"

namespace callflex::transactional {

durable::Nothing publish_live_event(durable::TransactionalContext&, pqxx::work& tx, LiveEvent input) {
    tx.exec_params(std::string{sql::publish_live_event}, input.organization_id, input.type,
                   storable(input.payload));
    return {};
}

}  // namespace callflex::transactional
