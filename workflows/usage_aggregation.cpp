#include "workflows/usage_aggregation.hpp"

#include <algorithm>

#include "activities/start_runs.hpp"
#include "workflows/notify.hpp"

namespace callflex {

namespace {

constexpr std::size_t failures_named_max = 100;

std::string previous_day(durable::Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time) - std::chrono::days{1};
    return durable::to_string(durable::Timestamp{day}).substr(0, 10);
}

/// In as many parts as may run at a time, none of them empty.
std::vector<std::vector<std::string>> parts_of(const std::vector<std::string>& organizations, int parts) {
    const std::size_t count = static_cast<std::size_t>(std::max(1, parts));
    const std::size_t size = (organizations.size() + count - 1) / count;
    std::vector<std::vector<std::string>> result;
    for (std::size_t i = 0; i < organizations.size(); i += size) {
        const auto from = organizations.begin() + static_cast<std::ptrdiff_t>(i);
        const auto to =
            organizations.begin() + static_cast<std::ptrdiff_t>(std::min(organizations.size(), i + size));
        result.emplace_back(from, to);
    }
    return result;
}

void add(AggregationReport& report, const UsageDayReport& day) {
    report.repaired_days += day.repaired_days;
    report.alerts += day.alerts;
}

void add_failure(AggregationReport& report, const std::string& organization,
                 const durable::Failure& failure) {
    ++report.failures;
    if (report.failed.size() < failures_named_max)
        report.failed.push_back({organization, failure.to_string()});
}

/// A notify run for every message, with the organization as its tenant.
RunsToStart runs_for(const std::vector<NotifyRequest>& messages) {
    RunsToStart wanted;
    for (const NotifyRequest& message : messages) {
        wanted.runs.push_back({std::string{notify.name}, notify_id(message).value, message.organization_id,
                               durable::encode(message)});
    }
    return wanted;
}

durable::Task<AggregationReport> alone(durable::Workflow& wf, UsageDay day) {
    AggregationReport report;
    const auto rebuilt = co_await wf.attempt(rebuild_usage_day, day);
    if (!rebuilt.ok()) {
        if (wf.cancel_requested()) durable::throw_failure(rebuilt.failure());
        add_failure(report, day.organizations.front(), rebuilt.failure());
        co_return report;
    }
    add(report, rebuilt.value());
    if (!rebuilt.value().messages.empty()) co_await wf.run(start_runs, runs_for(rebuilt.value().messages));
    co_return report;
}

void append(AggregationReport& report, const AggregationReport& more) {
    report.repaired_days += more.repaired_days;
    report.alerts += more.alerts;
    report.failures += more.failures;
    for (const FailedOrganization& failed : more.failed) {
        if (report.failed.size() < failures_named_max) report.failed.push_back(failed);
    }
}

/// All of them in one transaction; when that fails for good, each in one of its own.
durable::Task<AggregationReport> together(durable::Workflow& wf, UsageDay day) {
    AggregationReport report;
    const auto rebuilt = co_await wf.attempt(rebuild_usage_day, day);
    if (rebuilt.ok()) {
        add(report, rebuilt.value());
        if (!rebuilt.value().messages.empty())
            co_await wf.run(start_runs, runs_for(rebuilt.value().messages));
        co_return report;
    }
    if (wf.cancel_requested()) durable::throw_failure(rebuilt.failure());
    for (const std::string& organization : day.organizations)
        append(report, co_await alone(wf, {day.date, {organization}, day.alerts}));
    co_return report;
}

}  // namespace

durable::Task<AggregationReport> aggregate_usage(durable::Workflow& wf, AggregationInput input) {
    if (input.date.empty()) input.date = previous_day(wf.info().scheduled_for.value_or(wf.now()));
    input.so_far.date = input.date;
    const OrganizationPage page = co_await wf.run(organization_page, input);
    if (page.organizations.empty()) co_return input.so_far;

    std::vector<durable::Task<AggregationReport>> parts;
    for (std::vector<std::string>& part : parts_of(page.organizations, input.at_a_time))
        parts.push_back(together(wf, {input.date, std::move(part), input.alerts}));
    for (const AggregationReport& part : co_await wf.all(std::move(parts))) append(input.so_far, part);
    input.so_far.organizations += static_cast<std::int64_t>(page.organizations.size());
    input.after = page.organizations.back();
    if (static_cast<int>(page.organizations.size()) < input.page_size) co_return input.so_far;
    wf.continue_as_new(input);
}

}  // namespace callflex
