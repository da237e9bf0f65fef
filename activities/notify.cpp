#include "activities/notify.hpp"

#include "activities/database_text.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

durable::Nothing record_notification(durable::TransactionalContext&, pqxx::work& tx,
                                     NotificationRecord input) {
    const auto error = storable(input.result.error);
    durable::exec(tx, sql::record_notification, input.request.organization_id, storable(input.request.key),
                  input.request.channel, storable(input.request.recipient),
                  or_null(input.result.vendor_message_id), input.result.status, or_null(error),
                  or_null(input.request.call_id));
    return {};
}

}  // namespace callflex::transactional
