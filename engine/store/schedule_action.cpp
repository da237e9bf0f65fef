#include "engine/store/schedule_action.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "engine/schedule/schedule_error.hpp"
#include "engine/store/names.hpp"
#include "engine/store/schedule_attributes.hpp"

namespace durable::store {
namespace {

using schedule::ScheduleError;

/// ScheduleId and ScheduledFor.
constexpr std::size_t attributes_of_ours = 2;

void check_positive(const std::optional<Duration>& time, const char* what) {
    if (time && time->count() <= 0) throw std::invalid_argument(fmt::format("the {} is not positive", what));
}

void check_problem(const std::string& problem) {
    if (!problem.empty()) throw std::invalid_argument("it has " + problem);
}

void check_attributes(const std::vector<SearchAttribute>& attributes) {
    check_problem(problem_with(attributes));
    if (attributes.size() + attributes_of_ours > search_attributes_max) {
        throw std::invalid_argument(
            fmt::format("it has more than {} search attributes", search_attributes_max - attributes_of_ours));
    }
    for (const SearchAttribute& attribute : attributes) {
        if (is_schedule_attribute(attribute.key)) {
            throw std::invalid_argument(attribute.key + " is set by schedules themselves");
        }
    }
}

/// What start() would refuse each time.
void check_action(const ScheduledWorkflow& action) {
    check_name("workflow type", action.type);
    check_name("queue", action.queue);
    check_name("namespace", action.name_space);
    check_optional_name("tenant", action.tenant.value);
    check_optional_name("fairness key", action.share.fairness_key);
    check_positive(action.run_timeout, "run time-out");
    check_positive(action.execution_timeout, "execution time-out");
    check_problem(problem_with(action.share));
    if (action.limit) {
        check_problem(problem_with(*action.limit));
        check_name("run limit's key", action.limit->key);
    }
    check_attributes(action.attributes);
}

}  // namespace

schedule::Timetable checked_timetable(const ScheduleSpec& spec) {
    schedule::Timetable timetable{spec};
    try {
        check_action(spec.workflow);
        check_workflow_id(timetable.workflow_id(Timestamp{}).value);
    } catch (const std::invalid_argument& problem) {
        throw ScheduleError(fmt::format("schedule \"{}\": {}", spec.id, problem.what()));
    }
    return timetable;
}

void check_attribute_types(const search::SearchCatalog& known, const ScheduleSpec& spec) {
    for (const SearchAttribute& attribute : spec.workflow.attributes) {
        const auto found = known.find(attribute.key);
        if (found == known.end() || found->second == attribute.type) continue;
        throw ScheduleError(
            fmt::format("schedule \"{}\": the search attribute {} is of another type here, {}", spec.id,
                        attribute.key, boost::describe::enum_to_string(found->second, "")));
    }
}

StartRequest start_of(const schedule::Timetable& timetable, const BufferedNominal& what, RunId run,
                      const search::SearchCatalog& known) {
    const ScheduledWorkflow& action = timetable.spec().workflow;
    StartRequest request;
    request.name_space = action.name_space;
    request.workflow = what.origin == ScheduleOrigin::trigger ? timetable.triggered_workflow_id(what.nominal)
                                                              : timetable.workflow_id(what.nominal);
    request.type = action.type;
    request.input = action.input;  // in the form of rows already
    request.subject = action.subject;
    request.tenant = action.tenant;
    request.queue = action.queue;
    request.run = run;
    request.reuse = ReusePolicy::reject;
    request.run_timeout = action.run_timeout;
    request.execution_timeout = action.execution_timeout;
    request.retry = action.retry;
    request.share = action.share;
    request.limit = action.limit;
    request.scheduled_for = what.nominal;
    request.attributes = schedule_attributes(known, timetable.spec(), what.nominal);
    return request;
}

}  // namespace durable::store
