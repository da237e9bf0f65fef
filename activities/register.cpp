#include "activities/register.hpp"

#include "activities/recording_fetcher.hpp"
#include "activities/transactional.hpp"

namespace callflex {

void register_activities(durable::worker::ActivityRegistry& activities,
                         const ActivityDependencies& dependencies) {
    activities.transactional(store_transcript, transactional::store_transcript);
    activities.transactional(update_call_record, transactional::update_call_record);
    activities.transactional(update_contact, transactional::update_contact);
    activities.transactional(count_usage, transactional::count_usage);
    activities.transactional(record_recording, transactional::record_recording);
    activities.transactional(plan_notifications, transactional::plan_notifications);
    activities.transactional(record_notifications, transactional::record_notifications);
    activities.transactional(publish_live_event, transactional::publish_live_event);

    register_vendor_activities(activities, dependencies.vendors);
    activities.async(fetch_recording,
                     RecordingFetcher{{.vendors = dependencies.vendors,
                                       .store = std::make_shared<FileStore>(dependencies.storage_root),
                                       .disk = std::make_shared<boost::asio::thread_pool>(1)}});
}

}  // namespace callflex
