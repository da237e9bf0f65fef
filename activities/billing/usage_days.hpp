#pragma once
// daily_usage as what it is: the sum of calls, by organization and UTC day. Workflow "usage-aggregation"
// makes it so for a day of every organization; so do billing-cycle for a period and `callflex org recompute`.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "activities/billing/periods.hpp"
#include "activities/defaults.hpp"

namespace callflex {

/// A failure that concerns one organization.
struct FailedOrganization {
    std::string organization_id;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(FailedOrganization, (), (organization_id, reason))

struct AggregationReport {
    std::string date;
    std::int64_t organizations = 0;
    std::int64_t repaired_days = 0;  ///< that were not the sum of their calls
    std::int64_t alerts = 0;         ///< thresholds newly crossed
    std::int64_t failures = 0;
    std::vector<FailedOrganization> failed{};  ///< the first hundred of them
};
BOOST_DESCRIBE_STRUCT(AggregationReport, (), (date, organizations, repaired_days, alerts, failures, failed))

/// Workflow ids: "usage-aggregation-2026-11-21" by the schedule, which rebuilds the day before;
/// "usage-backfill-2026-11-20" from the CLI.
struct AggregationInput {
    std::string date{};      ///< yyyy-mm-dd; "": the day before the schedule's nominal time
    bool everybody = false;  ///< canceled organizations too
    bool alerts = true;      ///< look at thresholds
    int page_size = 500;
    int at_a_time = 16;  ///< transactions
    // From page to page:
    std::string after{};  ///< the last organization of the page before
    AggregationReport so_far{};
};
BOOST_DESCRIBE_STRUCT(AggregationInput, (), (date, everybody, alerts, page_size, at_a_time, after, so_far))

inline constexpr durable::WorkflowType<AggregationInput, AggregationReport> usage_aggregation{
    "usage-aggregation"};

struct OrganizationPage {
    std::vector<std::string> organizations;
};
BOOST_DESCRIBE_STRUCT(OrganizationPage, (), (organizations))

/// Transactional, for everybody, reads only: the next page in the order of ids.
inline constexpr durable::Activity<AggregationInput, OrganizationPage> organization_page{
    "organization_page", transactional_defaults};

struct UsageDay {
    std::string date;
    std::vector<std::string> organizations;
    bool alerts = true;
};
BOOST_DESCRIBE_STRUCT(UsageDay, (), (date, organizations, alerts))

struct UsageDayReport {
    std::int64_t repaired_days = 0;
    std::int64_t alerts = 0;
    std::vector<NotifyRequest> messages;
};
BOOST_DESCRIBE_STRUCT(UsageDayReport, (), (repaired_days, alerts, messages))

/// Transactional, for everybody, set-based and repeatable: the day of all these organizations, then their
/// thresholds. An organization that makes it fail takes the others along; the workflow then asks for each
/// alone.
inline constexpr durable::Activity<UsageDay, UsageDayReport> rebuild_usage_day{
    "rebuild_usage_day",
    {.schedule_to_close = std::chrono::hours{1},
     .start_to_close = std::chrono::minutes{5},
     .initial_interval = std::chrono::milliseconds{500},
     .maximum_interval = std::chrono::seconds{30},
     .maximum_attempts = 4}};

}  // namespace callflex
