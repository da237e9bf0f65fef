#pragma once
// The code of `billing_cycle` and `billing_sweep` (activities/billing/periods.hpp).

#include "activities/billing/periods.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// Sleeps until the period is over and its last calls have been reported, then: figures; overage to Stripe;
/// the event period_closed; the next period; the summary by mail. Every step may be repeated. Stripe refusing
/// the overage holds the run up (tried again every six hours, or at the signal retry_overage) until the stamp
/// is too old; then the period is closed all the same, and the run fails as "OverageNotReported" so that a
/// person sees it.
durable::Task<CycleReport> close_billing_period(durable::Workflow& wf, PeriodToClose period);

/// Starts the cycles of all periods that end within the next hour, so that each begins at the very moment.
durable::Task<SweepReport> sweep_billing(durable::Workflow& wf, SweepInput sweep);

}  // namespace callflex
