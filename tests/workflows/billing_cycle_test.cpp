// The logic of billing-cycle, its sweep and usage-aggregation, activity by activity. Every activation is also
// replayed.

#include <doctest/doctest.h>

#include <algorithm>

#include "activities/start_runs.hpp"
#include "activities/stripe/meter_events.hpp"
#include "tests/replay/script.hpp"
#include "workflows/billing_cycle.hpp"
#include "workflows/usage_aggregation.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using durable::history::ActivityFailed;
using durable::history::ActivityScheduled;
using durable::replay::RunStatus;
using durable::test::Script;

namespace {

const PeriodToClose period{"0199f0a4-0000-7000-8000-0000000000a1", durable::test::some_day + 1h};
const BillingInfo paid{"open", true, "cus_1", durable::test::some_day - 24h * 30};
const PeriodUsage over{12, 250, 5, 200, 50, 1000};

using Names = std::vector<std::string>;

/// A script whose activities are answered by name.
struct Play {
    template <class Input, class Output>
    Play(durable::Task<Output> (*workflow)(durable::Workflow&, Input), const Input& input)
        : script{workflow, input} {
        script.feed();
    }

    [[nodiscard]] Names pending() {
        Names names;
        for (const auto& activity : script.execution().pending_activities())
            names.push_back(activity.command->type);
        return names;
    }
    [[nodiscard]] durable::replay::PendingActivity find(std::string_view name) {
        for (const auto& activity : script.execution().pending_activities()) {
            if (activity.command->type == name) return activity;
        }
        throw std::logic_error{"not pending: " + std::string{name}};
    }
    template <class Input, class Output>
    [[nodiscard]] Input input(const durable::Activity<Input, Output>& activity) {
        return durable::decode<Input>(find(activity.name).command->input);
    }
    template <class Input, class Output>
    Play& finish(const durable::Activity<Input, Output>& activity,
                 const std::type_identity_t<Output>& output) {
        script.complete(find(activity.name).scheduled.value, output);
        return *this;
    }
    template <class Input, class Output>
    Play& fail(const durable::Activity<Input, Output>& activity, const std::string& type) {
        durable::Failure cause{.type = type, .message = "no luck"};
        durable::Failure failure{.kind = durable::FailureKind::activity,
                                 .activity = std::string{activity.name}};
        failure.retry_state = durable::RetryState::non_retryable;
        failure.cause = std::make_shared<const durable::Failure>(std::move(cause));
        script.feed(ActivityFailed{find(activity.name).scheduled, std::move(failure)});
        return *this;
    }

    Script script;
};

/// Up to the report, as on an ordinary day.
Play& to_report(Play& play) {
    play.script.wait(70min);
    play.finish(read_billing_info, paid).finish(reconcile_usage, {}).finish(claim_period_usage, over);
    return play;
}

}  // namespace

TEST_CASE("a cycle waits for the end of its period, and ten minutes more for its last calls") {
    Play play{close_billing_period, period};
    CHECK(play.pending().empty());
    play.script.wait(69min);
    CHECK(play.pending().empty());
    play.script.wait(1min);
    CHECK(play.pending() == Names{"read_billing_info"});
}

TEST_CASE(
    "an ordinary cycle reports its overage with the cycle's id, one second before the end, and goes through "
    "all") {
    Play play{close_billing_period, period};
    to_report(play);
    const OverageReport report = play.input(report_overage);
    CHECK(report.identifier == "billing-cycle-0199f0a4-0000-7000-8000-0000000000a1-2026-01-15T01:00:00Z");
    CHECK(report.identifier == billing_cycle_id(period));
    CHECK(report.customer_id == "cus_1");
    CHECK(report.minutes == 50);
    CHECK(report.stamp == period.period_end - 1s);
    CHECK(report.first_asked_at == play.script.now);
    play.finish(report_overage, {"accepted"});
    CHECK(play.input(close_period).overage_reported == "accepted");
    play.finish(close_period, {}).finish(plan_period_summary, {}).finish(open_next_period, {});
    const auto result = play.script.result<CycleReport>();
    CHECK(result.outcome == "closed");
    CHECK(result.minutes == 250);
    CHECK(result.late_minutes == 5);
    CHECK(result.overage_minutes == 50);
    CHECK(result.overage_reported == "accepted");
}

TEST_CASE(
    "without overage Stripe is not asked; a period that nobody pays for is skipped; a moved one is left "
    "alone") {
    Play within{close_billing_period, period};
    within.script.wait(70min);
    within.finish(read_billing_info, paid)
        .finish(reconcile_usage, {2, 10, 12})
        .finish(claim_period_usage, {3, 9, 0, 200});
    CHECK(within.pending() == Names{"close_period"});
    CHECK(within.input(close_period).repair.days == 2);

    Play trial{close_billing_period, period};
    trial.script.wait(70min);
    trial.finish(read_billing_info, {"open", false, "", {}})
        .finish(skip_period, {})
        .finish(open_next_period, {});
    CHECK(trial.script.result<CycleReport>().outcome == "skipped");

    Play moved{close_billing_period, period};
    moved.script.wait(70min);
    moved.finish(read_billing_info, {});
    CHECK(moved.script.result<CycleReport>().outcome == "moved");

    Play done{close_billing_period, period};
    done.script.wait(70min);
    done.finish(read_billing_info, {"closed", true, "cus_1", {}}).finish(open_next_period, {});
    CHECK(done.script.result<CycleReport>().outcome == "done");
}

TEST_CASE(
    "a period that was claimed by a run before is billed even if the subscription has ended meanwhile") {
    Play play{close_billing_period, period};
    play.script.wait(70min);
    play.finish(read_billing_info, {"claimed", false, "cus_1", {}});
    CHECK(play.pending() == Names{"reconcile_usage"});
}

TEST_CASE(
    "a report that Stripe refuses is tried again after six hours, remembering when it was first asked for") {
    Play play{close_billing_period, period};
    to_report(play);
    const auto first = play.input(report_overage).first_asked_at;
    play.fail(report_overage, "Stripe.resource_missing");
    CHECK(play.pending().empty());
    play.script.wait(6h);
    CHECK(play.pending() == Names{"report_overage"});
    CHECK(play.input(report_overage).first_asked_at == first);
    play.fail(report_overage, "Stripe.resource_missing");
    play.script.feed(Script::signal("retry_overage", RetryReport{"the customer is back"}));
    CHECK(play.pending() == Names{"report_overage"});
    play.finish(report_overage, {"found"});
    CHECK(play.input(close_period).overage_reported == "found");
}

TEST_CASE(
    "when the stamp is too old to be reported, the period is closed and the run fails so that a person sees "
    "it") {
    Play play{close_billing_period, period};
    to_report(play);
    play.script.now += 24h * 34;
    play.fail(report_overage, "Stripe.unreachable");
    CHECK(play.input(close_period).overage_reported.starts_with("failed: "));
    play.finish(close_period, {}).finish(plan_period_summary, {}).finish(open_next_period, {});
    CHECK(play.script.status() == RunStatus::failed);
}

TEST_CASE("a summary that cannot be planned is a warning, and the next period opens all the same") {
    Play play{close_billing_period, period};
    to_report(play).finish(report_overage, {"accepted"}).finish(close_period, {});
    play.fail(plan_period_summary, "Broken").finish(open_next_period, {});
    CHECK(play.script.result<CycleReport>().warnings.size() == 1);
}

TEST_CASE("owners are written to by runs of their own; one that is told already is passed over") {
    Play play{close_billing_period, period};
    to_report(play).finish(report_overage, {"accepted"}).finish(close_period, {});
    NotifyRequest mail{period.organization_id, "period-summary/1", "email", "a@b.example", "s", "t", {}};
    NotifyRequest other = mail;
    other.key = "period-summary/2";
    play.finish(plan_period_summary, {{mail, other}});
    const auto children = play.script.execution().pending_children();
    REQUIRE(children.size() == 1);
    CHECK(children[0].command->workflow_id == "notify-period-summary/1");
    CHECK(children[0].command->parent_close == durable::ParentClosePolicy::abandon);
    play.script.feed(play.script.child_refused(children[0].initiated.value));
    const auto next = play.script.execution().pending_children();
    REQUIRE(next.size() == 1);
    play.script.feed(play.script.child_started(next[0].initiated.value));
    CHECK(play.pending() == Names{"open_next_period"});
}

TEST_CASE("the sweep starts every page's cycles as their organizations, until nothing is due") {
    Play play{sweep_billing, SweepInput{}};
    CHECK(play.input(due_periods).until == durable::test::some_day + 65min);
    play.finish(due_periods, {{period}});
    const RunsToStart wanted = play.input(start_runs);
    REQUIRE(wanted.runs.size() == 1);
    CHECK(wanted.runs[0].workflow_id == billing_cycle_id(period));
    CHECK(wanted.runs[0].tenant == period.organization_id);
    CHECK(wanted.again);
    play.finish(start_runs, {1});
    CHECK(play.input(due_periods).after.front().period_end == period.period_end);
    play.finish(due_periods, {});
    CHECK(play.script.result<SweepReport>().started == 1);
}

TEST_CASE("a sweep of very many pages goes on as a new run") {
    Play play{sweep_billing, SweepInput{}};
    for (int page = 0; page < 20; ++page) play.finish(due_periods, {{period}}).finish(start_runs, {1});
    CHECK(play.script.status() == RunStatus::continued_as_new);
}

TEST_CASE("aggregation splits a page over sixteen transactions and continues with the next page") {
    Play play{aggregate_usage, AggregationInput{.date = "2026-01-14", .page_size = 40}};
    OrganizationPage page;
    for (int i = 0; i < 40; ++i) page.organizations.push_back("org-" + std::to_string(i));
    play.finish(organization_page, page);
    CHECK(play.pending().size() == 14);  // three organizations each, the last one has one
    while (!play.pending().empty()) play.finish(rebuild_usage_day, {1, 0, {}});
    CHECK(play.script.status() == RunStatus::continued_as_new);
}

TEST_CASE(
    "aggregation takes the day before its nominal time, reports what it did, and tells alerts as tenants' "
    "runs") {
    Play play{aggregate_usage, AggregationInput{}};
    CHECK(play.input(organization_page).date == "2026-01-14");
    play.finish(organization_page, {{"org-1"}});
    const NotifyRequest alert{"org-1", "usage-alert/1", "email", "a@b.example", "s", "t", {}};
    play.finish(rebuild_usage_day, {1, 2, {alert}});
    const RunsToStart wanted = play.input(start_runs);
    REQUIRE(wanted.runs.size() == 1);
    CHECK(wanted.runs[0].type == "notify");
    CHECK(wanted.runs[0].workflow_id == "notify-usage-alert/1");
    CHECK(wanted.runs[0].tenant == "org-1");
    CHECK_FALSE(wanted.again);
    play.finish(start_runs, {1});
    const auto report = play.script.result<AggregationReport>();
    CHECK(report.date == "2026-01-14");
    CHECK(report.organizations == 1);
    CHECK(report.repaired_days == 1);
    CHECK(report.alerts == 2);
    CHECK(report.failed.empty());
}

TEST_CASE("one organization that fails is found by asking for each alone, is reported, and stops nobody") {
    Play play{aggregate_usage, AggregationInput{.date = "2026-01-14", .at_a_time = 1}};
    play.finish(organization_page, {{"org-1", "org-2", "org-3"}});
    CHECK(play.input(rebuild_usage_day).organizations.size() == 3);
    play.fail(rebuild_usage_day, "Overflow");
    play.finish(rebuild_usage_day, {1, 0, {}});
    CHECK(play.input(rebuild_usage_day).organizations == std::vector<std::string>{"org-2"});
    play.fail(rebuild_usage_day, "Overflow").finish(rebuild_usage_day, {1, 0, {}});
    const auto report = play.script.result<AggregationReport>();
    CHECK(report.organizations == 3);
    CHECK(report.repaired_days == 2);
    CHECK(report.failures == 1);
    REQUIRE(report.failed.size() == 1);
    CHECK(report.failed[0].organization_id == "org-2");
    CHECK(report.failed[0].reason.find("Overflow") != std::string::npos);
}
