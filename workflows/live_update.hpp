#pragma once
// Telling dashboards, as a side step of any workflow.

#include "activities/live_events.hpp"
#include "workflows/warnings.hpp"

namespace callflex {

struct LiveUpdate {
    bool has_webhooks = false;  ///< the organization has endpoints that may want to know as well
    Warnings warnings;
};

/// Written down for our own stream first; then broadcast through Supabase, if that is configured. What fails is a
/// warning; throws only Canceled.
durable::Task<LiveUpdate> publish_live(durable::Workflow& wf, LiveEvent event);

}  // namespace callflex
