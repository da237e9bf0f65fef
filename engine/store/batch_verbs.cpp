#include "engine/store/batch_verbs.hpp"

#include <fmt/format.h>

#include <array>
#include <stdexcept>

#include "engine/store/audit.hpp"
#include "engine/store/batch_rows.hpp"
#include "engine/store/deployments.hpp"
#include "engine/store/names.hpp"
#include "engine/store/pause.hpp"
#include "engine/store/remove.hpp"
#include "engine/store/reset.hpp"

namespace durable::store {
namespace {

RunRef run_of(const BatchTask& task) {
    return {task.request.name_space, task.item.run, {}};
}

BatchReached skipped(std::string why) {
    BatchReached reached;
    reached.skipped = std::move(why);
    return reached;
}

/// Why a verb has not reached a run.
BatchReached skipped(SendResult result, const char* duplicate) {
    return skipped(result == SendResult::duplicate ? duplicate : "the run has ended");
}

// --- messages, and ends -------------------------------------------------------------------------------------------

void leave_trace(const BatchTask& task) {
    audit(task.tx, {task.request.identity, fmt::format("workflow {}", name_of(task.request.verb)),
                    task.item.run.value.to_string(), task.request.reason, "{}", task.request.job});
}

BatchReached sent(const BatchTask& task, const history::Event& event) {
    const SendResult result = send(task.tx, run_of(task), event, batch_target(task.request.job)).result;
    if (result != SendResult::delivered) return skipped(result, "it has got the message of this job");
    leave_trace(task);
    BatchReached reached;
    reached.messages = task.item.queue;
    return reached;
}

BatchReached cancel(const BatchTask& task) {
    return sent(task, history::CancelRequested{task.request.reason, task.request.identity});
}

BatchReached signal(const BatchTask& task) {
    const BatchArguments& arguments = task.request.arguments;
    return sent(task,
                history::SignalReceived{arguments.name, arguments.input, batch_target(task.request.job)});
}

BatchReached end_run(const BatchTask& task) {
    const SendResult result = terminate(task.tx, run_of(task), task.request.reason, task.request.identity);
    if (result != SendResult::delivered) return skipped(result, "the run has ended");
    leave_trace(task);
    BatchReached reached;
    reached.closed = task.item.run;
    return reached;
}

BatchReached remove_run(const BatchTask& task) {
    const BatchRequest& request = task.request;
    const RemoveResult result = remove(task.tx, run_of(task), request.arguments.terminate_first,
                                       request.reason, request.identity, request.job);
    if (result == RemoveResult::not_found) return skipped("somebody else has deleted it");
    if (result == RemoveResult::open) return skipped("the run is open");
    return {};
}

// --- beginning anew ----------------------------------------------------------------------------------------------

replay::ForkPoint point_of(const BatchTask& task, RunId base, const history::History& history) {
    const std::string& name = task.request.arguments.name;
    if (name == "first") return replay::before_first_activation(history);
    const auto point = name == "last" ? replay::before_last_activation(history)
                                      : replay::before_first_mismatch(task.tools.workflows, base, history);
    if (!point) throw ResetRefused("its history has no such point: " + name);
    return *point;
}

BatchReached reset_run(const BatchTask& task) {
    ResetRequest wanted;
    wanted.base = run_of(task);
    wanted.run = task.tools.ids.run_id();
    wanted.point = [&task](RunId base, const history::History& history) {
        return point_of(task, base, history);
    };
    wanted.reason = task.request.reason;
    wanted.identity = task.request.identity;
    wanted.request_id = batch_target(task.request.job);
    wanted.batch = task.request.job;
    const auto result = reset(task.tx, wanted);
    if (!result) return skipped("the run has been deleted");
    if (result->repeated) return skipped("this job has reset its chain already");
    BatchReached reached;
    reached.closed = result->terminated;
    reached.messages = reached.runs_ready = task.item.queue;
    return reached;
}

// --- holding, and giving to builds ---------------------------------------------------------------------------------

BatchReached pause_run(const BatchTask& task) {
    const BatchRequest& request = task.request;
    const auto result = pause(task.tx, run_of(task), request.reason, request.identity, request.job);
    if (result != SendResult::delivered) return skipped(result, "the run was paused already");
    BatchReached reached;
    reached.messages = task.item.queue;
    return reached;
}

BatchReached unpause_run(const BatchTask& task) {
    const BatchRequest& request = task.request;
    const auto result = unpause(task.tx, run_of(task), request.reason, request.identity, request.job);
    if (result != SendResult::delivered) return skipped(result, "the run was not paused");
    BatchReached reached;
    reached.messages = reached.runs_ready = task.item.queue;
    return reached;
}

BatchReached give_to_build(const BatchTask& task) {
    const BatchRequest& request = task.request;
    const Moved moved = move_run(task.tx, run_of(task), request.arguments.build,
                                 {request.identity, request.reason, request.job});
    if (moved == Moved::not_routed) {
        return skipped("its queue has no deployment: every worker takes every run there");
    }
    if (moved != Moved::moved) return skipped("the run has ended");
    BatchReached reached;
    reached.runs_ready = task.item.queue;
    return reached;
}

// --- activities ---------------------------------------------------------------------------------------------------

ActivityRef activity_of(const BatchTask& task) {
    return {run_of(task), task.item.activity};
}

OrderedBy by(const BatchTask& task) {
    return {task.request.identity, task.request.reason, task.request.job};
}

BatchReached reached_by(const Ordered& ordered) {
    if (ordered.outcome == OrderOutcome::already) return skipped("it was so already");
    if (!ordered.good()) return skipped(ordered.problem);
    BatchReached reached;
    reached.messages = reached.runs_ready = ordered.run_queue;
    reached.activities_ready = ordered.activity_queue;
    return reached;
}

BatchReached pause_one(const BatchTask& task) {
    return reached_by(pause_activity(task.tx, activity_of(task), by(task)));
}
BatchReached unpause_one(const BatchTask& task) {
    return reached_by(unpause_activity(task.tx, activity_of(task), by(task)));
}
BatchReached reset_one(const BatchTask& task) {
    return reached_by(
        reset_activity(task.tx, activity_of(task), task.request.arguments.keep_paused, by(task)));
}
BatchReached retry_one(const BatchTask& task) {
    return reached_by(retry_activity(task.tx, activity_of(task), by(task)));
}
BatchReached change_one(const BatchTask& task) {
    return reached_by(change_activity(task.tx, activity_of(task), *task.request.arguments.changes, by(task)));
}

// --- arguments ----------------------------------------------------------------------------------------------------

void none_needed(const BatchArguments&) {}

void a_signal(const BatchArguments& arguments) {
    check_name("signal", arguments.name);
}

void a_point(const BatchArguments& arguments) {
    const std::string& point = arguments.name;
    if (point == "first" || point == "last" || point == "mismatch") return;
    throw std::invalid_argument("a batch job resets to the point first, last or mismatch");
}

void a_build(const BatchArguments& arguments) {
    if (arguments.build) check_name("build", *arguments.build);
}

void a_type(const BatchArguments& arguments) {
    if (arguments.activity_type) check_name("activity type", *arguments.activity_type);
}

void changes(const BatchArguments& arguments) {
    a_type(arguments);
    if (!arguments.changes || *arguments.changes == ActivityChanges{}) {
        throw std::invalid_argument("there is nothing to change: name the options and what they shall be");
    }
    if (arguments.changes->queue) check_name("queue", *arguments.changes->queue);
}

// --- scopes ----------------------------------------------------------------------------------------------------------

BatchScope open_runs(const BatchArguments&) {
    return BatchScope::open_runs;
}
BatchScope removable_runs(const BatchArguments& arguments) {
    return arguments.terminate_first ? BatchScope::all_runs : BatchScope::ended_runs;
}
BatchScope activities(const BatchArguments&) {
    return BatchScope::activities;
}

// A reset locks the name before the run, a move the deployment.
constexpr bool locked = true;
constexpr std::array rules{
    BatchRule{BatchVerb::cancel, "cancel", open_runs, locked, none_needed, cancel},
    BatchRule{BatchVerb::terminate, "terminate", open_runs, locked, none_needed, end_run},
    BatchRule{BatchVerb::signal, "signal", open_runs, locked, a_signal, signal},
    BatchRule{BatchVerb::reset, "reset", open_runs, !locked, a_point, reset_run},
    BatchRule{BatchVerb::remove, "delete", removable_runs, !locked, none_needed, remove_run},
    BatchRule{BatchVerb::pause, "pause", open_runs, locked, none_needed, pause_run},
    BatchRule{BatchVerb::unpause, "unpause", open_runs, locked, none_needed, unpause_run},
    BatchRule{BatchVerb::move, "move", open_runs, !locked, a_build, give_to_build},
    BatchRule{BatchVerb::activity_pause, "activity pause", activities, !locked, a_type, pause_one},
    BatchRule{BatchVerb::activity_unpause, "activity unpause", activities, !locked, a_type, unpause_one},
    BatchRule{BatchVerb::activity_reset, "activity reset", activities, !locked, a_type, reset_one},
    BatchRule{BatchVerb::activity_retry, "activity retry", activities, !locked, a_type, retry_one},
    BatchRule{BatchVerb::activity_update_options, "activity update-options", activities, !locked, changes,
              change_one},
};

}  // namespace

std::span<const BatchRule> batch_rules() {
    return rules;
}

const BatchRule& rule_of(BatchVerb verb) {
    for (const BatchRule& rule : rules) {
        if (rule.verb == verb) return rule;
    }
    throw std::invalid_argument("there is no such batch verb");
}

const BatchRule* rule_named(std::string_view name) {
    for (const BatchRule& rule : rules) {
        if (rule.name == name) return &rule;
    }
    return nullptr;
}

std::string_view name_of(BatchVerb verb) {
    return rule_of(verb).name;
}

BatchScope scope_of(const BatchRequest& request) {
    return rule_of(request.verb).scope(request.arguments);
}

}  // namespace durable::store
