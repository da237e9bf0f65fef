#pragma once
// The implementations of the billing activities, and what they share with the CLI.

#include <map>
#include <pqxx/pqxx>
#include <span>

#include "activities/billing/periods.hpp"
#include "activities/billing/stripe_sync.hpp"
#include "activities/billing/usage_alerts.hpp"
#include "activities/billing/usage_days.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::transactional {

BillingInfo read_billing_info(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period);
UsageRepair reconcile_usage(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period);
PeriodUsage claim_period_usage(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period);
durable::Nothing close_period(durable::TransactionalContext&, pqxx::work& tx, PeriodClosing closing);
durable::Nothing skip_period(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period);
durable::Nothing open_next_period(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period);
Messages plan_period_summary(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period);
DuePage due_periods(durable::TransactionalContext&, pqxx::work& tx, SweepInput sweep);
OrganizationPage organization_page(durable::TransactionalContext&, pqxx::work& tx, AggregationInput page);
UsageDayReport rebuild_usage_day(durable::TransactionalContext&, pqxx::work& tx, UsageDay day);
UsageAlerts raise_usage_alerts(durable::TransactionalContext&, pqxx::work& tx, UsageToLookAt organization);
durable::Nothing store_subscription(durable::TransactionalContext& context, pqxx::work& tx,
                                    SubscriptionRead read);

}  // namespace callflex::transactional

namespace callflex {

struct RepairedDay {
    std::string organization_id;
    std::string date;
    std::int64_t minutes_before = 0;
    std::int64_t minutes_after = 0;
};

/// Makes daily_usage of these organizations and days the sum of their calls, also while calls are being
/// counted; returns the days that were not. Dates are yyyy-mm-dd, both included. Throws what pqxx throws.
std::vector<RepairedDay> rebuild_usage_days(pqxx::work& tx, const std::vector<std::string>& organizations,
                                            const std::string& first, const std::string& last);

/// A statement's array parameter of UUIDs or dates: "{a,b}". The texts must not need quotes.
[[nodiscard]] std::string plain_array(std::span<const std::string> texts);

[[nodiscard]] inline durable::Timestamp timestamp_of(std::int64_t microseconds) {
    return durable::Timestamp{durable::Duration{microseconds}};
}

/// Binds all of them.
void register_billing_activities(durable::worker::ActivityRegistry& registry);

}  // namespace callflex
