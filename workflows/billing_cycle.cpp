#include "workflows/billing_cycle.hpp"

#include "activities/start_runs.hpp"
#include "activities/stripe/meter_events.hpp"
#include "workflows/tell.hpp"
#include "workflows/warnings.hpp"

namespace callflex {

namespace {

using std::chrono::hours;
using std::chrono::minutes;

/// Calls that end with the period are reported a little later; Stripe's invoice waits an hour.
constexpr minutes settling_time{10};
constexpr hours report_again_after{6};
/// A day before Stripe refuses the stamp.
constexpr hours report_at_most{24 * 34};
/// The sweep comes once an hour; cycles wait for the end of their period themselves.
constexpr minutes sweep_ahead{65};
constexpr int pages_a_run = 20;

durable::Task<durable::Nothing> wait_for_the_end(durable::Workflow& wf, durable::Timestamp end) {
    const auto wait = end + settling_time - wf.now();
    if (wait > durable::Duration::zero()) co_await wf.sleep(wait);
    co_return durable::Nothing{};
}

OverageReport report_of(const PeriodToClose& period, const BillingInfo& info, const PeriodUsage& usage,
                        durable::Timestamp first_asked_at) {
    // Whether an end belongs to the period it ends is Stripe's secret; the second before does.
    return {billing_cycle_id(period), info.customer_id, usage.overage_minutes,
            period.period_end - std::chrono::seconds{1}, first_asked_at};
}

/// How Stripe has it, or "failed: <why>" once it cannot be told any more.
durable::Task<std::string> report(durable::Workflow& wf, OverageReport wanted) {
    const auto retries = wf.signals(retry_overage);
    while (true) {
        const auto reported = co_await wf.attempt(report_overage, wanted);
        if (reported.ok()) co_return reported.value().how;
        if (wf.cancel_requested()) durable::throw_failure(reported.failure());
        if (wf.now() - wanted.stamp >= report_at_most) co_return "failed: " + reported.failure().to_string();
        co_await wf.any(retries.receive(), wf.sleep(report_again_after));
    }
}

durable::Task<Warnings> send_summary(durable::Workflow& wf, PeriodToClose period) {
    Warnings warnings;
    const auto plan = co_await wf.attempt(plan_period_summary, period);
    if (!plan.ok()) {
        warn(wf, warnings, "plan_period_summary", plan.failure());
        co_return warnings;
    }
    co_await tell(wf, plan.value().messages);
    co_return warnings;
}

durable::Task<CycleReport> skip(durable::Workflow& wf, PeriodToClose period) {
    co_await wf.run(skip_period, period);
    co_await wf.run(open_next_period, period);
    co_return CycleReport{.outcome = "skipped"};
}

durable::Task<CycleReport> close(durable::Workflow& wf, PeriodToClose period, BillingInfo info) {
    const UsageRepair repair = co_await wf.run(reconcile_usage, period);
    const PeriodUsage usage = co_await wf.run(claim_period_usage, period);
    CycleReport result{.outcome = "closed",
                       .minutes = usage.minutes,
                       .late_minutes = usage.late_minutes,
                       .overage_minutes = usage.overage_minutes,
                       .overage_reported = "none",
                       .repaired_days = repair.days};
    if (usage.overage_minutes > 0)
        result.overage_reported = co_await report(wf, report_of(period, info, usage, wf.now()));
    co_await wf.run(close_period, {period, result.overage_reported, repair});
    for (const Warning& warning : co_await send_summary(wf, period))
        result.warnings.push_back(warning.step + ": " + warning.reason);
    co_await wf.run(open_next_period, period);
    co_return result;
}

std::vector<RunToStart> cycles_of(const std::vector<PeriodToClose>& periods) {
    std::vector<RunToStart> runs;
    for (const PeriodToClose& period : periods) {
        runs.push_back({std::string{billing_cycle.name}, billing_cycle_id(period), period.organization_id,
                        durable::encode(period)});
    }
    return runs;
}

}  // namespace

durable::Task<CycleReport> close_billing_period(durable::Workflow& wf, PeriodToClose period) {
    co_await wait_for_the_end(wf, period.period_end);
    const BillingInfo info = co_await wf.run(read_billing_info, period);
    if (info.state.empty()) co_return CycleReport{.outcome = "moved"};
    if (info.state == "closed" || info.state == "skipped") {
        // A run before this one has ended between its last steps.
        co_await wf.run(open_next_period, period);
        co_return CycleReport{.outcome = "done"};
    }
    const bool billed = info.state == "claimed" || (info.paid_for && !info.customer_id.empty());
    if (!billed) co_return co_await skip(wf, period);
    CycleReport result = co_await close(wf, period, info);
    if (result.overage_reported.starts_with("failed: ")) {
        throw durable::ApplicationError("OverageNotReported",
                                        "settle it by hand at Stripe: " + result.overage_reported,
                                        {.retryable = false});
    }
    co_return result;
}

durable::Task<SweepReport> sweep_billing(durable::Workflow& wf, SweepInput sweep) {
    if (sweep.until == durable::Timestamp{}) sweep.until = wf.now() + sweep_ahead;
    for (int page_number = 0; page_number < pages_a_run; ++page_number) {
        const DuePage page = co_await wf.run(due_periods, sweep);
        if (page.periods.empty()) co_return SweepReport{sweep.started};
        // A cycle that failed or was ended by hand has left its period open: it is begun anew.
        const RunsStarted started = co_await wf.run(start_runs, {cycles_of(page.periods), true});
        sweep.started += started.started;
        sweep.after = {page.periods.back()};
    }
    wf.continue_as_new(sweep);
}

}  // namespace callflex
