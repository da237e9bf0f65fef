#pragma once
// What dashboards watch: app.live_events, append-only.

#include <boost/describe.hpp>
#include <optional>
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

/// What publishing has found out on the way: who else there is to tell. Steps for nobody are not taken.
struct Published {
    std::optional<std::int64_t> id;  ///< of the event: browsers ignore repeats by it
    std::optional<bool> broadcast;   ///< Supabase is configured
    std::optional<bool> webhooks;    ///< the organization has an enabled endpoint
};
BOOST_DESCRIBE_STRUCT(Published, (), (id, broadcast, webhooks))

/// Transactional: published exactly once.
inline constexpr durable::Activity<LiveEvent, Published> publish_live_event{"publish_live_event",
                                                                            side_step_defaults};

struct LiveBroadcast {
    std::int64_t id = 0;
    LiveEvent event;
};
BOOST_DESCRIBE_STRUCT(LiveBroadcast, (), (id, event))

/// Async, by Supabase Realtime, at most two tries: a lost one is no loss, the database is the truth.
inline constexpr durable::Activity<LiveBroadcast, durable::Nothing> broadcast_live_event{
    "broadcast_live_event",
    {.schedule_to_close = std::chrono::seconds{30},
     .start_to_close = std::chrono::seconds{8},
     .initial_interval = std::chrono::seconds{1},
     .maximum_attempts = 2}};

}  // namespace callflex
