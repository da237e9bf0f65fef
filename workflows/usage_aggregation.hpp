#pragma once
// The code of `usage_aggregation` (activities/billing/usage_days.hpp).

#include "activities/billing/usage_days.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

/// A page of organizations a run, then continue-as-new. Sixteen transactions at a time; what fails for an
/// organization is reported at the end and holds up nobody else.
durable::Task<AggregationReport> aggregate_usage(durable::Workflow& wf, AggregationInput input);

}  // namespace callflex
