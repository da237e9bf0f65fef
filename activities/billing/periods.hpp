#pragma once
// Billing periods of organizations, as the workflow "billing-cycle" goes through one. The rules are in
// docs/guide/billing-cycle.md; the one that matters most: a call stands on exactly one bill.

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "activities/defaults.hpp"
#include "activities/notify.hpp"
#include "engine/workflow/time.hpp"

namespace callflex {

/// Input of the workflow, and the name of the period for its activities. Its start is in the database: it may
/// still move while the period is open.
struct PeriodToClose {
    std::string organization_id;  ///< UUID
    durable::Timestamp period_end;
};
BOOST_DESCRIBE_STRUCT(PeriodToClose, (), (organization_id, period_end))

/// How a cycle ended. `outcome`: closed; skipped (nobody pays for the period); moved (the period ends at
/// another time by now, and has another cycle); done (somebody has closed it before).
struct CycleReport {
    std::string outcome;
    std::int64_t minutes = 0;
    std::int64_t late_minutes = 0;
    std::int64_t overage_minutes = 0;
    std::string overage_reported{};  ///< how Stripe has it; "" when there was nothing to report
    std::int64_t repaired_days = 0;  ///< of daily_usage
    std::vector<std::string> warnings{};
};
BOOST_DESCRIBE_STRUCT(CycleReport, (),
                      (outcome, minutes, late_minutes, overage_minutes, overage_reported, repaired_days,
                       warnings))

/// Workflow id: billing_cycle_id(). Waits for the period's end by itself.
inline constexpr durable::WorkflowType<PeriodToClose, CycleReport> billing_cycle{"billing-cycle"};

/// An operator, when Stripe takes the report now: do not wait for the next try.
struct RetryReport {
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(RetryReport, (), (reason))
inline constexpr durable::Signal<RetryReport> retry_overage{
    "retry_overage", "report the overage to Stripe now, not at the next try"};

/// "billing-cycle-<organization>-2026-12-21T10:15:00Z": also the identifier of the meter event.
[[nodiscard]] std::string billing_cycle_id(const PeriodToClose& period);

struct BillingInfo {
    std::string state;  ///< open, claimed, closed, skipped; "" when no period ends then
    bool paid_for = false;
    std::string customer_id;  ///< Stripe's
    durable::Timestamp period_start;
};
BOOST_DESCRIBE_STRUCT(BillingInfo, (), (state, paid_for, customer_id, period_start))

/// Transactional, reads only. Paid for: Stripe has told the period, or a subscription has begun before it;
/// and none of them had ended when the period began.
inline constexpr durable::Activity<PeriodToClose, BillingInfo> read_billing_info{"read_billing_info",
                                                                                 transactional_defaults};

struct UsageRepair {
    std::int64_t days = 0;  ///< that were not the sum of their calls
    std::int64_t minutes_before = 0;
    std::int64_t minutes_after = 0;
};
BOOST_DESCRIBE_STRUCT(UsageRepair, (), (days, minutes_before, minutes_after))

/// Transactional: makes daily_usage of the period's days the sum of their calls, and says what it was.
inline constexpr durable::Activity<PeriodToClose, UsageRepair> reconcile_usage{
    "reconcile_usage",
    {.schedule_to_close = std::chrono::hours{24},
     .start_to_close = std::chrono::minutes{5},
     .initial_interval = std::chrono::milliseconds{250},
     .maximum_interval = std::chrono::seconds{30}}};

struct PeriodUsage {
    std::int64_t calls = 0;
    std::int64_t minutes = 0;
    std::int64_t late_minutes = 0;  ///< part of `minutes`
    std::int64_t included_minutes = 0;
    std::int64_t overage_minutes = 0;
    std::int64_t overage_cents = 0;
};
BOOST_DESCRIBE_STRUCT(PeriodUsage, (),
                      (calls, minutes, late_minutes, included_minutes, overage_minutes, overage_cents))

/// Transactional: puts every ended call of the period, and the late ones of closed periods before it, on this
/// bill. From then on the figures stand; repeated, it gives the same ones.
inline constexpr durable::Activity<PeriodToClose, PeriodUsage> claim_period_usage{
    "claim_period_usage",
    {.schedule_to_close = std::chrono::hours{24},
     .start_to_close = std::chrono::minutes{5},
     .initial_interval = std::chrono::milliseconds{250},
     .maximum_interval = std::chrono::seconds{30}}};

struct PeriodClosing {
    PeriodToClose period;
    std::string overage_reported;  ///< accepted, duplicate, found; none; or "failed: <why>"
    UsageRepair repair;
};
BOOST_DESCRIBE_STRUCT(PeriodClosing, (), (period, overage_reported, repair))

/// Transactional: the billing event `period_closed`, once, and the period's state.
inline constexpr durable::Activity<PeriodClosing, durable::Nothing> close_period{"close_period",
                                                                                 transactional_defaults};
/// Transactional: nobody pays for it.
inline constexpr durable::Activity<PeriodToClose, durable::Nothing> skip_period{"skip_period",
                                                                                transactional_defaults};
/// Transactional: unless it is there already (Stripe may have been faster), or the organization is canceled.
inline constexpr durable::Activity<PeriodToClose, durable::Nothing> open_next_period{"open_next_period",
                                                                                     transactional_defaults};

struct Messages {
    std::vector<NotifyRequest> messages;
};
BOOST_DESCRIBE_STRUCT(Messages, (), (messages))

/// Transactional, reads only: the summary for each owner.
inline constexpr durable::Activity<PeriodToClose, Messages> plan_period_summary{"plan_period_summary",
                                                                                side_step_defaults};

// --- the hourly sweep --------------------------------------------------------------------------------------

/// Workflow "billing-sweep", for the whole system.
struct SweepInput {
    int page_size = 500;
    std::vector<PeriodToClose> after{};  ///< none or one: the last period of the page before
    std::int64_t started = 0;            ///< so far
    durable::Timestamp until{};          ///< of the sweep's first run; zero: not begun
};
BOOST_DESCRIBE_STRUCT(SweepInput, (), (page_size, after, started, until))

struct SweepReport {
    std::int64_t started = 0;  ///< cycles that were not running yet
};
BOOST_DESCRIBE_STRUCT(SweepReport, (), (started))

inline constexpr durable::WorkflowType<SweepInput, SweepReport> billing_sweep{"billing-sweep"};

struct DuePage {
    std::vector<PeriodToClose> periods;
};
BOOST_DESCRIBE_STRUCT(DuePage, (), (periods))

/// Transactional, for everybody: periods that end before `until` and are neither closed nor skipped, in the
/// order of their ends; at most page_size after `after`.
inline constexpr durable::Activity<SweepInput, DuePage> due_periods{"due_periods", transactional_defaults};

}  // namespace callflex
