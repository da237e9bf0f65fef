#pragma once
// The implementations of the transactional activities. Each runs inside the transaction that also records its
// completion (engine/worker/activities.hpp); all of them may be repeated without counting anything twice.

#include <pqxx/pqxx>

#include "activities/call_records.hpp"
#include "activities/callback_reminder.hpp"
#include "activities/contacts.hpp"
#include "activities/housekeeping.hpp"
#include "activities/live_events.hpp"
#include "activities/notification_plan.hpp"
#include "activities/notify.hpp"
#include "activities/recordings.hpp"
#include "activities/transcripts.hpp"
#include "activities/usage.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

durable::Nothing store_transcript(durable::TransactionalContext& context, pqxx::work& tx,
                                  TranscriptToStore input);
durable::Nothing update_call_record(durable::TransactionalContext& context, pqxx::work& tx, CallRecord input);
ContactStatistics update_contact(durable::TransactionalContext& context, pqxx::work& tx, ContactCall input);
DayUsage count_usage(durable::TransactionalContext& context, pqxx::work& tx, CallUsage input);
durable::Nothing record_recording(durable::TransactionalContext& context, pqxx::work& tx,
                                  RecordingEntry input);
NotificationPlan plan_notifications(durable::TransactionalContext& context, pqxx::work& tx,
                                    CallToReport input);
durable::Nothing record_notifications(durable::TransactionalContext& context, pqxx::work& tx,
                                      NotificationReport input);
Published publish_live_event(durable::TransactionalContext& context, pqxx::work& tx, LiveEvent input);

durable::Nothing record_notification(durable::TransactionalContext& context, pqxx::work& tx,
                                     NotificationRecord input);
ReminderMessages plan_reminder(durable::TransactionalContext& context, pqxx::work& tx,
                               CallbackReminder input);
PartitionReport make_partitions(durable::TransactionalContext& context, pqxx::work& tx,
                                PartitionPolicy policy);
ShrinkReport shrink_partitions(durable::TransactionalContext& context, pqxx::work& tx,
                               PartitionPolicy policy);
PartitionReport drop_old_partition(durable::TransactionalContext& context, pqxx::work& tx,
                                   PartitionPolicy policy);
RetentionReport forget_old_rows(durable::TransactionalContext& context, pqxx::work& tx,
                                RetentionPolicy policy);

/// What a step fails with, for good, when the call's row is not there.
[[nodiscard]] durable::ApplicationError call_not_found(const CallKey& call);

}  // namespace callflex::transactional
