// usage backfill, and org recompute.

#include <fmt/format.h>

#include <memory>

#include "activities/billing/billing_activities.hpp"
#include "api/cli/arguments.hpp"
#include "api/cli/command.hpp"
#include "api/cli/commands.hpp"
#include "api/cli/organization.hpp"
#include "api/cli/table.hpp"

namespace callflex::cli {
namespace {

constexpr int days_max = 400;

struct DayRange {
    std::string from;
    std::string to;
};

void add_range(CLI::App& app, DayRange& range) {
    app.add_option("--from", range.from, "First day (UTC): 2026-11-01, or an age: 7d")
        ->type_name("DAY")
        ->required();
    app.add_option("--to", range.to, "Last day, included; by default the first one")->type_name("DAY");
}

std::string date_of(durable::Timestamp day) {
    return durable::to_string(day).substr(0, 10);
}

/// The days of the range, both ends included. Throws CommandError.
std::vector<std::string> days_of(const DayRange& range) {
    const auto midnight = [](const std::string& text) {
        return durable::Timestamp{std::chrono::floor<std::chrono::days>(parse_moment(text, local_now()))};
    };
    const auto first = midnight(range.from);
    const auto last = range.to.empty() ? first : midnight(range.to);
    if (last < first)
        throw CommandError(exit_usage, "the range ends before it begins", "--from is the earlier one");
    if (last - first >= std::chrono::days{days_max})
        throw CommandError(exit_usage, fmt::format("more than {} days at once", days_max), "a shorter range");
    std::vector<std::string> days;
    for (auto day = first; day <= last; day += std::chrono::days{1}) days.push_back(date_of(day));
    return days;
}

int backfill(Session& session, const DayRange& range) {
    Json runs = Json::array();
    for (const std::string& day : days_of(range)) {
        durable::client::StartOptions options;
        options.workflow = durable::WorkflowId{"usage-backfill-" + day};
        options.conflict = durable::client::ConflictPolicy::use_existing;
        const AggregationInput input{.date = day, .everybody = true, .alerts = false};
        const auto started = session.client().start(usage_aggregation, input, options);
        const bool fresh = started.outcome == durable::client::StartResult::Outcome::started;
        runs.push_back({{"date", day}, {"workflow_id", options.workflow.value}, {"started", fresh}});
    }
    if (!session.for_people()) {
        session.print_json(runs);
        return exit_ok;
    }
    Table table({"DATE", "WORKFLOW", ""});
    for (const auto& run : runs) {
        const bool fresh = run["started"].get<bool>();
        table.add({{run["date"].get<std::string>()},
                   {run["workflow_id"].get<std::string>(), Color::bold},
                   {fresh ? "started" : "runs already", fresh ? Color::green : Color::yellow}});
    }
    table.print(session.out(), session.style());
    return exit_ok;
}

int recompute(const Session& session, const OrganizationArgument& organization, const DayRange& range) {
    const std::vector<std::string> days = days_of(range);
    OrganizationWork work{session, organization};
    const auto repaired = rebuild_usage_days(work.tx(), {work.id()}, days.front(), days.back());
    work.commit();
    Json json = Json::array();
    Table table({"DATE", "MINUTES BEFORE", "MINUTES"});
    for (const RepairedDay& day : repaired) {
        json.push_back(
            {{"date", day.date}, {"minutes_before", day.minutes_before}, {"minutes", day.minutes_after}});
        table.add({{day.date},
                   {std::to_string(day.minutes_before)},
                   {std::to_string(day.minutes_after), Color::bold}});
    }
    if (!session.for_people()) {
        session.print_json(
            {{"organization_id", work.id()}, {"days", days.size()}, {"repaired", std::move(json)}});
        return exit_ok;
    }
    if (!table.empty()) table.print(session.out(), session.style());
    session.out() << fmt::format("{} of {} days were not the sum of their calls{}\n", repaired.size(),
                                 days.size(), repaired.empty() ? "" : "; they are now");
    return exit_ok;
}

}  // namespace

void define_usage_backfill(CLI::App& app, Session& session) {
    auto range = std::make_shared<DayRange>();
    add_range(app, *range);
    manual(app,
           "Rebuilds the usage of days from their calls, for every organization: one run of "
           "usage-aggregation a day, "
           "named usage-backfill-<day>, done by the workers. Nobody is alerted. A day that is being rebuilt "
           "is not "
           "begun twice. At most 400 days at once. JSON: [{date, workflow_id, started}].",
           {{"callflex usage backfill --from 2026-11-01 --to 2026-11-07", "a week"},
            {"callflex usage backfill --from 1d", "yesterday"}});
    app.callback([range, &session] { session.exit_code = backfill(session, *range); });
}

void define_org_recompute(CLI::App& app, Session& session) {
    auto organization = std::make_shared<OrganizationArgument>();
    auto range = std::make_shared<DayRange>();
    add_organization_argument(app, *organization);
    add_range(app, *range);
    manual(app,
           "Rebuilds the usage of days of one organization from its calls, at once and in one transaction, "
           "also while "
           "calls are being counted; shows the days that were wrong. JSON: {organization_id, days, repaired: "
           "[{date, "
           "minutes_before, minutes}]}.",
           {{"callflex org recompute --organization acme --from 2026-11-01 --to 2026-11-30", "a month"}});
    app.callback(
        [organization, range, &session] { session.exit_code = recompute(session, *organization, *range); });
}

}  // namespace callflex::cli
