#pragma once
// What dashboards watch: app.live_events, append-only.

#include <boost/describe.hpp>
#include <string>

#include "activities/defaults.hpp"
#include "engine/workflow/payload.hpp"

namespace callflex {

struct LiveEvent {
    std::string organization_id;
    std::string type;  ///< call_started, transcript_update, call_ended, call_processed
    durable::Payload payload;
};
BOOST_DESCRIBE_STRUCT(LiveEvent, (), (organization_id, type, payload))

/// Payload of call_processed.
struct CallProcessed {
    std::string call_id;
    std::string summary;
    std::string call_type;
    std::string sentiment;
    std::int64_t minutes = 0;
    int notifications_sent = 0;
    int warnings = 0;
};
BOOST_DESCRIBE_STRUCT(CallProcessed, (),
                      (call_id, summary, call_type, sentiment, minutes, notifications_sent, warnings))

/// Transactional: published exactly once.
inline constexpr durable::Activity<LiveEvent, durable::Nothing> publish_live_event{"publish_live_event",
                                                                                   side_step_defaults};

}  // namespace callflex
