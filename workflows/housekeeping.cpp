#include "workflows/housekeeping.hpp"

namespace callflex {

durable::Task<PartitionReport> maintain_partitions(durable::Workflow& wf, PartitionPolicy policy) {
    PartitionReport report = co_await wf.run(make_partitions, policy);
    while (true) {
        const PartitionReport bite = co_await wf.run(drop_old_partition, policy);
        if (bite.dropped == 0) break;
        report.dropped += bite.dropped;
    }
    if (!wf.patched("engine-partitions-shrink")) co_return report;
    constexpr int bites_a_day = 200;
    for (int i = 0; i < bites_a_day; ++i) {
        const ShrinkReport bite = co_await wf.run(shrink_partitions, policy);
        if (bite.dropped + bite.rewritten == 0) break;
    }
    co_return report;
}

durable::Task<RetentionReport> forget_what_is_old(durable::Workflow& wf, RetentionPolicy policy) {
    constexpr int bites_a_run = 100;
    for (int i = 0; i < bites_a_run; ++i) {
        const RetentionReport bite = co_await wf.run(forget_old_rows, policy);
        if (bite.forgotten == 0) co_return RetentionReport{policy.forgotten};
        policy.forgotten += bite.forgotten;
    }
    wf.continue_as_new(policy);
}

}  // namespace callflex
