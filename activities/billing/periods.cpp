#include "activities/billing/periods.hpp"

#include "activities/billing/billing_activities.hpp"
#include "activities/billing/summary_text.hpp"
#include "activities/database_text.hpp"
#include "activities_sql.hpp"
#include "engine/worker/activities.hpp"

namespace callflex {

std::string billing_cycle_id(const PeriodToClose& period) {
    return "billing-cycle-" + period.organization_id + "-" + durable::to_string(period.period_end);
}

namespace transactional {
namespace {

pqxx::result ask(pqxx::work& tx, std::string_view statement, const PeriodToClose& period) {
    return durable::exec(tx, statement, period.organization_id, storable(period.period_end));
}

PeriodUsage usage_of(const pqxx::row& row) {
    return {row["calls"].as<std::int64_t>(),           row["minutes"].as<std::int64_t>(),
            row["late_minutes"].as<std::int64_t>(),    row["included_minutes"].as<std::int64_t>(),
            row["overage_minutes"].as<std::int64_t>(), row["overage_cents"].as<std::int64_t>()};
}

[[noreturn]] void no_such_period() {
    throw durable::ApplicationError("PeriodNotFound", "no billing period of the organization ends then",
                                    {.retryable = false});
}

}  // namespace

BillingInfo read_billing_info(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period) {
    const auto rows = ask(tx, sql::read_billing_info, period);
    if (rows.empty()) return {};
    return {rows[0]["state"].as<std::string>(), rows[0]["paid_for"].as<bool>(),
            rows[0]["customer_id"].as<std::string>(),
            timestamp_of(rows[0]["period_start"].as<std::int64_t>())};
}

UsageRepair reconcile_usage(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period) {
    const auto days = ask(tx, sql::period_days, period);
    if (days.empty()) no_such_period();
    UsageRepair repair;
    for (const RepairedDay& day :
         rebuild_usage_days(tx, {period.organization_id}, days[0]["first_day"].as<std::string>(),
                            days[0]["last_day"].as<std::string>())) {
        ++repair.days;
        repair.minutes_before += day.minutes_before;
        repair.minutes_after += day.minutes_after;
    }
    return repair;
}

PeriodUsage claim_period_usage(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period) {
    // Two bills of one organization are made one after the other.
    durable::exec(tx, sql::lock_organization, period.organization_id);
    const auto found = ask(tx, sql::lock_billing_period, period);
    if (found.empty()) no_such_period();
    const auto state = found[0]["state"].as<std::string>();
    if (state == "claimed" || state == "closed") return usage_of(found[0]);
    if (state == "skipped") no_such_period();
    ask(tx, sql::claim_calls, period);
    const auto claimed = ask(tx, sql::claim_period, period);
    if (claimed.empty()) no_such_period();
    return usage_of(claimed[0]);
}

durable::Nothing close_period(durable::TransactionalContext&, pqxx::work& tx, PeriodClosing closing) {
    durable::exec(tx, sql::close_period, closing.period.organization_id, storable(closing.period.period_end),
                  storable(closing.overage_reported), closing.repair.days, closing.repair.minutes_before,
                  closing.repair.minutes_after);
    return {};
}

durable::Nothing skip_period(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period) {
    ask(tx, sql::skip_period, period);
    return {};
}

durable::Nothing open_next_period(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period) {
    durable::exec(tx, sql::lock_organization, period.organization_id);
    ask(tx, sql::open_next_period, period);
    return {};
}

Messages plan_period_summary(durable::TransactionalContext&, pqxx::work& tx, PeriodToClose period) {
    Messages plan;
    for (const auto& row : ask(tx, sql::period_summary, period)) {
        NotifyRequest message;
        message.organization_id = period.organization_id;
        message.channel = "email";
        message.recipient = row["email"].as<std::string>();
        message.key = "period-summary/" + period.organization_id + "/" + row["key"].as<std::string>() + "/" +
                      message.recipient;
        const BilledPeriod billed{row["name"].as<std::string>(), row["first_day"].as<std::string>(),
                                  row["last_day"].as<std::string>(), usage_of(row)};
        message.subject = summary_subject(billed);
        message.text = summary_text(billed);
        plan.messages.push_back(std::move(message));
    }
    return plan;
}

DuePage due_periods(durable::TransactionalContext&, pqxx::work& tx, SweepInput sweep) {
    std::optional<std::string> end;
    std::optional<std::string> organization;
    if (!sweep.after.empty()) {
        end = storable(sweep.after.front().period_end);
        organization = sweep.after.front().organization_id;
    }
    DuePage page;
    for (const auto& row :
         durable::exec(tx, sql::due_periods, storable(sweep.until), end, organization, sweep.page_size)) {
        page.periods.push_back(
            {row["organization_id"].as<std::string>(), timestamp_of(row["period_end"].as<std::int64_t>())});
    }
    return page;
}

}  // namespace transactional
}  // namespace callflex
