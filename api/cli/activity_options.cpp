#include "api/cli/activity_options.hpp"

#include "api/cli/arguments.hpp"

namespace callflex::cli {
namespace {

std::optional<durable::Duration> time(const std::string& text) {
    if (text.empty()) return std::nullopt;
    return parse_duration(text);
}

}  // namespace

durable::store::ActivityChanges ActivityOptionArguments::changes() const {
    durable::store::ActivityChanges changes;
    changes.schedule_to_close = time(schedule_to_close);
    changes.schedule_to_start = time(schedule_to_start);
    changes.start_to_close = time(start_to_close);
    changes.heartbeat = time(heartbeat);
    changes.initial_interval = time(initial_interval);
    changes.maximum_interval = time(maximum_interval);
    if (backoff_coefficient > 0) changes.backoff_coefficient = backoff_coefficient;
    if (maximum_attempts >= 0) changes.maximum_attempts = maximum_attempts;
    if (priority > 0) changes.priority = priority;
    return changes;
}

void add_activity_options(CLI::App& app, ActivityOptionArguments& arguments) {
    const auto add = [&](const char* name, std::string& value, const char* what) {
        app.add_option(name, value, what)->type_name("TIME");
    };
    add("--schedule-to-close", arguments.schedule_to_close, "All attempts together; 0s: no limit");
    add("--schedule-to-start", arguments.schedule_to_start, "Waiting for a worker");
    add("--start-to-close", arguments.start_to_close, "One attempt");
    add("--heartbeat", arguments.heartbeat, "Between two signs of life of an attempt");
    add("--initial-interval", arguments.initial_interval, "Before the second attempt");
    add("--maximum-interval", arguments.maximum_interval, "Between attempts, at most");
    app.add_option("--backoff", arguments.backoff_coefficient, "By which the interval grows")
        ->type_name("FACTOR")
        ->check(CLI::Range(1.0, 1000.0));
    app.add_option("--maximum-attempts", arguments.maximum_attempts, "The first one included; 0: any number")
        ->type_name("N")
        ->check(CLI::Range(0, 1'000'000));
    app.add_option("--priority", arguments.priority, "1 goes first, 5 last")
        ->type_name("N")
        ->check(CLI::Range(1, 5));
}

}  // namespace callflex::cli
