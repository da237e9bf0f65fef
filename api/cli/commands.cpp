#include "api/cli/commands.hpp"

#include <array>

namespace callflex::cli {
namespace {

constexpr std::array all_commands{
    Command{"", "dev", "Run everything on this machine: database, vendors' sandbox, ingress, workers",
            define_dev},
    Command{"", "migrate", "Bring the database to this build's schema", define_migrate},
    Command{"", "ingress", "Serve the webhooks", define_ingress},
    Command{"", "worker", "Run workflows and activities", define_worker},
    Command{"", "sandbox", "Serve in the vendors' place, for development", define_sandbox},
    Command{"workflow", "start", "Start a workflow", define_workflow_start},
    Command{"workflow", "list", "List runs, newest first", define_workflow_list},
    Command{"workflow", "count", "Count runs by status", define_workflow_count},
    Command{"workflow", "describe", "Show what is known about a run", define_workflow_describe},
    Command{"workflow", "show", "Show a run's history, live with --follow, or export it",
            define_workflow_show},
    Command{"workflow", "result", "Wait for a run's end and print its result", define_workflow_result},
    Command{"workflow", "signal", "Send a message to a run", define_workflow_signal},
    Command{"workflow", "signal-with-start", "Send a message to a run, and start it if it is not open",
            define_workflow_signal_with_start},
    Command{"workflow", "query", "Ask a run's code, now or as it stood at an event", define_workflow_query},
    Command{"workflow", "published", "Show the state that a run has published", define_workflow_published},
    Command{"workflow", "cancel", "Ask a run to stop and clean up", define_workflow_cancel},
    Command{"workflow", "terminate", "End a run at once, without any clean-up", define_workflow_terminate},
    Command{"workflow", "stack", "Show where a run's code waits, with file and line", define_workflow_stack},
    Command{"workflow", "why", "Name the one thing that a run waits for", define_workflow_why},
    Command{"org", "create", "Create an organization", define_org_create},
    Command{"org", "list", "List organizations with their usage", define_org_list},
    Command{"org", "usage", "Show an organization's usage by day", define_org_usage},
    Command{"org", "live-token", "Make a token for watching live events", define_org_live_token},
    Command{"org", "recompute", "Make an organization's usage the sum of its calls", define_org_recompute},
    Command{"usage", "backfill", "Rebuild the usage of days for every organization", define_usage_backfill},
    Command{"call", "list", "List an organization's calls", define_call_list},
    Command{"call", "show", "Show a call with its transcript and what was done", define_call_show},
    Command{"call", "search", "Find calls by what was said", define_call_search},
    Command{"template", "list", "List the templates of assistants", define_template_list},
    Command{"template", "show", "Show a template's variables and prompt", define_template_show},
    Command{"template", "preview", "Fill a template in and show the result", define_template_preview},
    Command{"onboarding", "start", "Set a business up: assistant, number, customer", define_onboarding_start},
    Command{"onboarding", "state", "Show how far it is, and what it waits for", define_onboarding_state},
    Command{"onboarding", "retry", "Try the failed step again", define_onboarding_retry},
    Command{"onboarding", "change-area-code", "Look for a number elsewhere",
            define_onboarding_change_area_code},
    Command{"onboarding", "complete-step", "Say that a step is done", define_onboarding_complete_step},
    Command{"queue", "limits", "List the keys that limit activities, and what waits for them",
            define_queue_limits},
    Command{"schedule", "list", "List what runs by the clock", define_schedule_list},
    Command{"schedule", "describe", "Show a schedule's policies, past and next times",
            define_schedule_describe},
    Command{"schedule", "pause", "Hold a schedule, with a note that says why", define_schedule_pause},
    Command{"schedule", "unpause", "Let a paused schedule go on", define_schedule_unpause},
    Command{"schedule", "trigger", "Start a schedule's run now", define_schedule_trigger},
    Command{"schedule", "backfill", "Run the nominal times of a range in the past", define_schedule_backfill},
    Command{"schedule", "delete", "Remove a schedule", define_schedule_delete},
    Command{"webhook endpoint", "add", "Register a customer's endpoint; its secret is shown once",
            define_webhook_endpoint_add},
    Command{"webhook endpoint", "list", "List an organization's endpoints", define_webhook_endpoint_list},
    Command{"webhook endpoint", "show", "Show one endpoint: circuit, failures, what waits",
            define_webhook_endpoint_show},
    Command{"webhook endpoint", "enable", "Enable an endpoint, with a closed circuit",
            define_webhook_endpoint_enable},
    Command{"webhook endpoint", "disable", "Disable an endpoint", define_webhook_endpoint_disable},
    Command{"webhook endpoint", "rotate", "Give an endpoint a new secret; the old one works on for a while",
            define_webhook_endpoint_rotate},
    Command{"webhook endpoint", "remove", "Remove an endpoint with all its deliveries",
            define_webhook_endpoint_remove},
    Command{"webhook delivery", "list", "List deliveries, newest first; dead letters with --dead",
            define_webhook_delivery_list},
    Command{"webhook delivery", "show", "Show a delivery with every try", define_webhook_delivery_show},
    Command{"webhook delivery", "redeliver", "Send again what has ended, under the same message id",
            define_webhook_delivery_redeliver},
    Command{"", "replay", "Replay exported histories with this build's code", define_replay},
    Command{"", "check", "Check the invariants of the whole database", define_check},
    Command{"", "doctor", "Check environment and configuration, and say how to mend it", define_doctor},
    Command{"", "bench", "Measure the engine on this machine", define_bench},
    Command{"", "completion", "Print a completion script for the shell", define_completion},
};

}  // namespace

std::span<const Command> commands() {
    return all_commands;
}

}  // namespace callflex::cli
