#include "engine/workflow/activity.hpp"

namespace durable {

ActivityOptions make_options(const ActivityDefaults& defaults) {
    ActivityOptions options;
    options.schedule_to_close = defaults.schedule_to_close;
    options.schedule_to_start = defaults.schedule_to_start;
    options.start_to_close = defaults.start_to_close;
    options.heartbeat = defaults.heartbeat;
    options.retry.initial_interval = defaults.initial_interval;
    options.retry.backoff_coefficient = defaults.backoff_coefficient;
    options.retry.maximum_interval = defaults.maximum_interval;
    options.retry.maximum_attempts = defaults.maximum_attempts;
    options.delivery = defaults.delivery;
    return options;
}

}  // namespace durable
