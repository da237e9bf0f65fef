#include "activities/register.hpp"

#include "activities/billing/billing_activities.hpp"
#include "activities/live_transfer_activities.hpp"
#include "activities/onboarding/register_onboarding.hpp"
#include "activities/recording_fetcher.hpp"
#include "activities/start_runs.hpp"
#include "activities/supabase/realtime.hpp"
#include "activities/tenancy.hpp"
#include "activities/transactional.hpp"
#include "activities/webhooks/register_webhooks.hpp"

namespace callflex {
namespace {

std::shared_ptr<webhooks::Sender> webhook_sender(const ActivityDependencies& dependencies) {
    const VendorConfig& config = dependencies.vendors->config;
    std::shared_ptr<const SecretBox> secrets;
    if (!config.secrets_key.empty()) secrets = std::make_shared<SecretBox>(config.secrets_key.reveal());
    return webhooks::make_sender({.config = config.webhooks,
                                  .database_url = dependencies.database_url,
                                  .secrets = std::move(secrets),
                                  .ca_file = config.ca_file});
}

/// Publishing also says that the event is to be broadcast, if it is.
void register_live_events(durable::worker::ActivityRegistry& activities,
                          const std::shared_ptr<Vendors>& vendors) {
    const SupabaseConfig& supabase = vendors->config.supabase;
    const bool broadcast = supabase.configured() && supabase.realtime;
    const auto publish = for_the_tenant(transactional::publish_live_event);
    activities.transactional(publish_live_event, [publish, broadcast](durable::TransactionalContext& context,
                                                                      pqxx::work& tx, LiveEvent event) {
        Published published = publish(context, tx, std::move(event));
        if (broadcast) published.broadcast = true;
        return published;
    });
    activities.async(broadcast_live_event, [vendors](durable::ActivityContext& context, LiveBroadcast event) {
        return supabase::broadcast(vendors, context, std::move(event));
    });
}

}  // namespace

void register_activities(durable::worker::ActivityRegistry& activities,
                         const ActivityDependencies& dependencies) {
    activities.transactional(store_transcript, for_the_tenant(transactional::store_transcript));
    activities.transactional(update_call_record, for_the_tenant(transactional::update_call_record));
    activities.transactional(update_contact, for_the_tenant(transactional::update_contact));
    activities.transactional(count_usage, for_the_tenant(transactional::count_usage));
    activities.transactional(record_recording, for_the_tenant(transactional::record_recording));
    activities.transactional(plan_notifications, for_the_tenant(transactional::plan_notifications));
    activities.transactional(record_notifications, for_the_tenant(transactional::record_notifications));
    activities.transactional(record_notification, for_the_tenant(transactional::record_notification));
    activities.transactional(plan_reminder, for_the_tenant(transactional::plan_reminder));
    activities.transactional(make_partitions, for_everybody(transactional::make_partitions));
    activities.transactional(drop_old_partition, for_everybody(transactional::drop_old_partition));
    activities.transactional(shrink_partitions, for_everybody(transactional::shrink_partitions));
    activities.transactional(forget_old_rows, for_everybody(transactional::forget_old_rows));
    register_live_events(activities, dependencies.vendors);

    register_billing_activities(activities);
    register_start_runs(activities, dependencies.start_run);
    register_vendor_activities(activities, dependencies.vendors);
    register_transfer_activities(activities, dependencies.vendors);
    setup::register_onboarding_activities(activities, dependencies.vendors);
    webhooks::register_webhook_activities(activities, webhook_sender(dependencies));
    const auto disk = std::make_shared<boost::asio::thread_pool>(1);
    activities.async(fetch_recording,
                     RecordingFetcher{{.vendors = dependencies.vendors,
                                       .spool = std::make_shared<FileStore>(dependencies.storage_root),
                                       .storage = make_storage(dependencies.vendors, disk)}});
}

}  // namespace callflex
