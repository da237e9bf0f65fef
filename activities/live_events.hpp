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

/// Transactional: published exactly once.
inline constexpr durable::Activity<LiveEvent, durable::Nothing> publish_live_event{"publish_live_event",
                                                                                   side_step_defaults};

}  // namespace callflex
