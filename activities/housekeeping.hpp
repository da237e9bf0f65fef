#pragma once
// What keeps the database in shape: partitions ahead, and old rows gone. For the whole system; transactional,
// in bites that hold no lock for long.

#include <boost/describe.hpp>
#include <cstdint>

#include "activities/defaults.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace callflex {

/// Workflow "partition-maintenance", by a daily schedule: months ahead always exist, months beyond retention
/// go, and what retention has emptied gives its space back.
struct PartitionPolicy {
    int months_ahead = 12;
    /// Calls (with transcripts and recordings' rows) older than this many whole months are dropped; 0: kept
    /// for ever.
    int keep_calls_months = 0;
};
BOOST_DESCRIBE_STRUCT(PartitionPolicy, (), (months_ahead, keep_calls_months))

struct PartitionReport {
    int made = 0;
    int dropped = 0;
};
BOOST_DESCRIBE_STRUCT(PartitionReport, (), (made, dropped))

inline constexpr durable::WorkflowType<PartitionPolicy, PartitionReport> partition_maintenance{
    "partition-maintenance"};

inline constexpr durable::Activity<PartitionPolicy, PartitionReport> make_partitions{"make_partitions",
                                                                                     transactional_defaults};
/// One month at most; `dropped` is 0 when there is nothing left to drop.
inline constexpr durable::Activity<PartitionPolicy, PartitionReport> drop_old_partition{
    "drop_old_partition", transactional_defaults};

struct ShrinkReport {
    int dropped = 0;
    int rewritten = 0;
};
BOOST_DESCRIBE_STRUCT(ShrinkReport, (), (dropped, rewritten))

/// Copies what survives of a large partition, at worst.
inline constexpr durable::ActivityDefaults shrinking_defaults{.schedule_to_close = std::chrono::hours{24},
                                                              .start_to_close = std::chrono::minutes{10},
                                                              .initial_interval = std::chrono::seconds{1},
                                                              .maximum_interval = std::chrono::minutes{5}};
/// Space of engine rows that retention has removed: a bite of engine.shrink_partitions, for months that ended
/// a week ago. Zeros when there is nothing left to gain today.
inline constexpr durable::Activity<PartitionPolicy, ShrinkReport> shrink_partitions{"shrink_partitions",
                                                                                    shrinking_defaults};

/// Workflow "inbound-retention", by a daily schedule: the dedupe ledger, live events and finished deliveries
/// are kept for a while and then forgotten.
struct RetentionPolicy {
    int webhooks_days = 30;  ///< longer than any vendor repeats itself
    int live_events_days = 7;
    int deliveries_days = 30;    ///< finished ones; pending and dead ones stay
    std::int64_t forgotten = 0;  ///< so far, by the runs before this one
};
BOOST_DESCRIBE_STRUCT(RetentionPolicy, (), (webhooks_days, live_events_days, deliveries_days, forgotten))

struct RetentionReport {
    std::int64_t forgotten = 0;
};
BOOST_DESCRIBE_STRUCT(RetentionReport, (), (forgotten))

inline constexpr durable::WorkflowType<RetentionPolicy, RetentionReport> inbound_retention{
    "inbound-retention"};

/// Up to 5,000 rows of each kind; 0 when there is nothing left to forget.
inline constexpr durable::Activity<RetentionPolicy, RetentionReport> forget_old_rows{"forget_old_rows",
                                                                                     transactional_defaults};

}  // namespace callflex
