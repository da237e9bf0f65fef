#include "activities/register.hpp"

#include "activities/billing/billing_activities.hpp"
#include "activities/recording_fetcher.hpp"
#include "activities/start_runs.hpp"
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
    activities.transactional(forget_old_rows, for_everybody(transactional::forget_old_rows));
    activities.transactional(publish_live_event, for_the_tenant(transactional::publish_live_event));

    register_billing_activities(activities);
    register_start_runs(activities, dependencies.start_run);
    register_vendor_activities(activities, dependencies.vendors);
    webhooks::register_webhook_activities(activities, webhook_sender(dependencies));
    activities.async(fetch_recording,
                     RecordingFetcher{{.vendors = dependencies.vendors,
                                       .store = std::make_shared<FileStore>(dependencies.storage_root),
                                       .disk = std::make_shared<boost::asio::thread_pool>(1)}});
}

}  // namespace callflex
