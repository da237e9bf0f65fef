#include "activities/housekeeping.hpp"

#include "activities/database_text.hpp"
#include "activities/transactional.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

PartitionReport make_partitions(durable::TransactionalContext& context, pqxx::work& tx,
                                PartitionPolicy policy) {
    const auto rows = durable::exec(tx, sql::make_partitions, policy.months_ahead, storable(context.now()));
    return {rows[0][0].as<int>(), 0};
}

PartitionReport drop_old_partition(durable::TransactionalContext& context, pqxx::work& tx,
                                   PartitionPolicy policy) {
    const auto month =
        durable::exec(tx, sql::oldest_month_to_drop, policy.keep_calls_months, storable(context.now()));
    if (month[0][0].is_null()) return {};
    const auto from = month[0][0].as<std::string>();
    for (const std::string_view dependent :
         {sql::forget_recordings_of, sql::forget_transcripts_of, sql::forget_call_refs_of}) {
        durable::exec(tx, dependent, from);
    }
    durable::exec(tx, sql::drop_calls_of, from);
    return {0, 1};
}

ShrinkReport shrink_partitions(durable::TransactionalContext& context, pqxx::work& tx,
                               PartitionPolicy /*the same for all*/) {
    const auto rows = durable::exec(tx, sql::shrink_partitions, storable(context.now()));
    return {rows[0][0].as<int>(), rows[0][1].as<int>()};
}

RetentionReport forget_old_rows(durable::TransactionalContext& context, pqxx::work& tx,
                                RetentionPolicy policy) {
    const std::string now = storable(context.now());
    std::int64_t forgotten = 0;
    const auto forget = [&](std::string_view statement, int days) {
        forgotten += durable::exec(tx, statement, days, now).affected_rows();
    };
    forget(sql::forget_inbound_webhooks, policy.webhooks_days);
    forget(sql::forget_live_events, policy.live_events_days);
    forget(sql::forget_webhook_deliveries, policy.deliveries_days);
    return {forgotten};
}

}  // namespace callflex::transactional
