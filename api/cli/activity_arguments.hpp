#pragma once
// What the commands about activities have in common: naming one, saying why, telling what became of it.

#include <CLI/CLI.hpp>
#include <string>

#include "api/cli/arguments.hpp"
#include "engine/client/activities.hpp"

namespace callflex::cli {

/// RUN and EVENT: the event that scheduled the activity.
struct ActivityArgument {
    RunArgument run;
    std::int32_t event = 0;

    [[nodiscard]] durable::client::ActivityRef ref() const { return {run.ref(), durable::EventId{event}}; }
};
void add_activity_argument(CLI::App& app, ActivityArgument& activity);

/// An operator's order: which activity, and why.
struct OrderArguments {
    ActivityArgument activity;
    std::string reason;

    [[nodiscard]] durable::client::OrderedBy by() const { return {identity(), reason}; }
};
void add_order_arguments(CLI::App& app, OrderArguments& order);

[[nodiscard]] durable::client::ActivityClient activity_client(const Session& session);

/// Prints `done` ("paused"), or throws the CommandError that belongs to the outcome.
int report_ordered(const Session& session, const ActivityArgument& activity,
                   const durable::client::Ordered& ordered, const std::string& done);
int report_answer(const Session& session, const durable::client::Answer& answer, const std::string& done);

/// {run_id, event, workflow_id, type, queue, ...}: the shape of list and describe.
[[nodiscard]] Json to_json(const durable::store::PendingActivity& activity);
[[nodiscard]] Color state_color(const std::string& state);

}  // namespace callflex::cli
