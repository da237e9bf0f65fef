#pragma once
// Time-outs and retries of an activity on the command line: of one that is to be changed, or to be started.

#include <CLI/CLI.hpp>
#include <string>

#include "engine/store/activity_orders.hpp"

namespace callflex::cli {

struct ActivityOptionArguments {
    std::string schedule_to_close, schedule_to_start, start_to_close, heartbeat;
    std::string initial_interval, maximum_interval;
    double backoff_coefficient = 0;
    int maximum_attempts = -1;
    int priority = 0;

    /// What was given. Throws CommandError.
    [[nodiscard]] durable::store::ActivityChanges changes() const;
};
void add_activity_options(CLI::App& app, ActivityOptionArguments& arguments);

}  // namespace callflex::cli
