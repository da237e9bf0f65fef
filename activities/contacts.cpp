#include "activities/contacts.hpp"

#include "activities/database_text.hpp"
#include "activities/phone_number.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

ContactStatistics update_contact(durable::TransactionalContext&, pqxx::work& tx, ContactCall input) {
    if (!is_e164(input.number)) return {};
    const std::string started_at = storable(input.call.started_at);
    const auto name = storable(input.name);
    auto rows = durable::exec(tx, sql::count_contact, input.call.organization_id, started_at,
                              input.call.call_id, input.number, or_null(name), input.minutes);
    if (rows.empty()) {
        rows = durable::exec(tx, sql::find_counted_contact, input.call.organization_id, started_at,
                             input.call.call_id);
    }
    if (rows.empty()) throw call_not_found(input.call);
    return {rows[0][0].as<std::string>(), rows[0][1].as<std::int64_t>(), rows[0][2].as<std::int64_t>()};
}

}  // namespace callflex::transactional
