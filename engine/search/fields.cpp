#include "engine/search/fields.hpp"

#include <algorithm>
#include <array>

#include "engine/search/tokens.hpp"

namespace durable::search {
namespace {

constexpr std::array fields{
    Field{"WorkflowId", FieldType::text, "the business name"},
    Field{"RunId", FieldType::run, "one execution"},
    Field{"Type", FieldType::text, "the workflow type"},
    Field{"Status", FieldType::choice,
          "running, completed, failed, canceled, timed_out, terminated, continued_as_new"},
    Field{"StartTime", FieldType::timestamp, "when the run was started"},
    Field{"CloseTime", FieldType::timestamp, "when it ended"},
    Field{"Duration", FieldType::duration, "from its start to its end, or to now"},
    Field{"Tenant", FieldType::text, "whose data it is"},
    Field{"Queue", FieldType::text, "whose workers run it"},
    Field{"Parent", FieldType::text, "workflow id of the run that started it"},
    Field{"ParentRun", FieldType::run, "run id of the run that started it"},
    Field{"Chain", FieldType::run, "first run of its continue-as-new chain"},
    Field{"Blocked", FieldType::boolean, "its code cannot go on"},
    Field{"BlockedKind", FieldType::text,
          "mismatch, escaped_exception, unknown_type, undecodable, invalid_command"},
    Field{"BlockedReason", FieldType::text, "why its code cannot go on"},
    Field{"PendingActivity", FieldType::several, "types of its activities that have left their worker"},
    Field{"RetryingActivity", FieldType::several,
          "types of its activities that have failed and are tried again"},
    Field{"WaitingFor", FieldType::choice,
          "paused, blocked, running, worker_gone, queue_paused, no_worker, not_claimed, start_delayed, "
          "workflow_retrying, semaphore, activity_running, activity_awaited, activity_paused, "
          "activity_retrying, activity_waiting, child, timer, message"},
    Field{"Paused", FieldType::boolean, "an operator has paused it"},
    Field{"Build", FieldType::text, "the build that it is pinned to, while it is open"},
    Field{"CancelRequested", FieldType::boolean, "it has been asked to stop"},
};

constexpr std::array<std::string_view, 7> statuses{"running",   "completed",  "failed",          "canceled",
                                                   "timed_out", "terminated", "continued_as_new"};
constexpr std::array<std::string_view, 18> waits{"paused",
                                                 "blocked",
                                                 "running",
                                                 "worker_gone",
                                                 "queue_paused",
                                                 "no_worker",
                                                 "not_claimed",
                                                 "start_delayed",
                                                 "workflow_retrying",
                                                 "semaphore",
                                                 "activity_running",
                                                 "activity_awaited",
                                                 "activity_paused",
                                                 "activity_retrying",
                                                 "activity_waiting",
                                                 "child",
                                                 "timer",
                                                 "message"};

}  // namespace

std::span<const Field> system_fields() {
    return fields;
}

const Field* find_field(std::string_view name) {
    const std::string lowered = lower_case(name);
    const auto found =
        std::ranges::find_if(fields, [&](const Field& field) { return lower_case(field.name) == lowered; });
    return found == fields.end() ? nullptr : &*found;
}

std::span<const std::string_view> choices(const Field& field) {
    if (field.type != FieldType::choice) return {};
    if (field.name == "Status") return statuses;
    return waits;
}

FieldType field_type(SearchType type) {
    switch (type) {
        case SearchType::string:
            return FieldType::text;
        case SearchType::boolean:
            return FieldType::boolean;
        case SearchType::integer:
            return FieldType::integer;
        case SearchType::number:
            return FieldType::number;
        case SearchType::timestamp:
            return FieldType::timestamp;
        case SearchType::strings:
            return FieldType::several;
    }
    return FieldType::text;
}

std::string_view describe(FieldType type) {
    switch (type) {
        case FieldType::text:
        case FieldType::several:
            return "a text in quotes";
        case FieldType::choice:
            return "one of its words in quotes";
        case FieldType::boolean:
            return "true or false";
        case FieldType::integer:
            return "an integer";
        case FieldType::number:
            return "a number";
        case FieldType::timestamp:
            return "a time such as '2h ago', '2026-11-21' or '2026-11-21T08:30:00Z'";
        case FieldType::duration:
            return "a duration such as '90s' or '1h30m'";
        case FieldType::run:
            return "a run id in quotes";
    }
    return "a value";
}

}  // namespace durable::search
