#pragma once
// The code of `partition_maintenance` and `inbound_retention` (activities/housekeeping.hpp).

#include "activities/housekeeping.hpp"
#include "engine/workflow/workflow.hpp"

namespace callflex {

durable::Task<PartitionReport> maintain_partitions(durable::Workflow& wf, PartitionPolicy policy);

/// Goes on as a new run after a hundred bites, so that no history grows without end.
durable::Task<RetentionReport> forget_what_is_old(durable::Workflow& wf, RetentionPolicy policy);

}  // namespace callflex
