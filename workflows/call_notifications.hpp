#pragma once
// Telling people about a call, by the organization's settings.

#include "activities/notification_plan.hpp"
#include "workflows/warnings.hpp"

namespace callflex {

struct Notified {
    int sent = 0;
    Warnings warnings;
};

/// Everybody at once, each by an activity of their own, so that one bad number neither blocks nor repeats the
/// others. What became of each message is written down even if the run is cancelled meanwhile. Throws only
/// Canceled.
durable::Task<Notified> report_call(durable::Workflow& wf, CallToReport report);

}  // namespace callflex
