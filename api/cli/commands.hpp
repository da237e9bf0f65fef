#pragma once
// The list of all commands, and each one's definition (in the file of its name).

#include <CLI/CLI.hpp>
#include <span>
#include <string_view>

#include "api/cli/session.hpp"

namespace callflex::cli {

struct Command {
    std::string_view group;  ///< "", "workflow", "schedule", ...
    std::string_view name;
    std::string_view summary;
    void (*define)(CLI::App& app, Session& session);
};

/// In the order of the help.
[[nodiscard]] std::span<const Command> commands();

void define_workflow_start(CLI::App& app, Session& session);
void define_workflow_list(CLI::App& app, Session& session);
void define_workflow_count(CLI::App& app, Session& session);
void define_workflow_describe(CLI::App& app, Session& session);
void define_workflow_show(CLI::App& app, Session& session);
void define_workflow_result(CLI::App& app, Session& session);
void define_workflow_signal(CLI::App& app, Session& session);
void define_workflow_signal_with_start(CLI::App& app, Session& session);
void define_workflow_query(CLI::App& app, Session& session);
void define_workflow_published(CLI::App& app, Session& session);
void define_workflow_cancel(CLI::App& app, Session& session);
void define_workflow_terminate(CLI::App& app, Session& session);
void define_workflow_stack(CLI::App& app, Session& session);
void define_workflow_why(CLI::App& app, Session& session);
void define_org_create(CLI::App& app, Session& session);
void define_org_list(CLI::App& app, Session& session);
void define_org_usage(CLI::App& app, Session& session);
void define_org_live_token(CLI::App& app, Session& session);
void define_org_recompute(CLI::App& app, Session& session);
void define_usage_backfill(CLI::App& app, Session& session);
void define_call_list(CLI::App& app, Session& session);
void define_call_show(CLI::App& app, Session& session);
void define_call_search(CLI::App& app, Session& session);
void define_template_list(CLI::App& app, Session& session);
void define_template_show(CLI::App& app, Session& session);
void define_template_preview(CLI::App& app, Session& session);
void define_queue_limits(CLI::App& app, Session& session);
void define_schedule_list(CLI::App& app, Session& session);
void define_schedule_describe(CLI::App& app, Session& session);
void define_schedule_pause(CLI::App& app, Session& session);
void define_schedule_unpause(CLI::App& app, Session& session);
void define_schedule_trigger(CLI::App& app, Session& session);
void define_schedule_backfill(CLI::App& app, Session& session);
void define_schedule_delete(CLI::App& app, Session& session);
void define_webhook_endpoint_add(CLI::App& app, Session& session);
void define_webhook_endpoint_list(CLI::App& app, Session& session);
void define_webhook_endpoint_show(CLI::App& app, Session& session);
void define_webhook_endpoint_enable(CLI::App& app, Session& session);
void define_webhook_endpoint_disable(CLI::App& app, Session& session);
void define_webhook_endpoint_rotate(CLI::App& app, Session& session);
void define_webhook_endpoint_remove(CLI::App& app, Session& session);
void define_webhook_delivery_list(CLI::App& app, Session& session);
void define_webhook_delivery_show(CLI::App& app, Session& session);
void define_webhook_delivery_redeliver(CLI::App& app, Session& session);
void define_onboarding_start(CLI::App& app, Session& session);
void define_onboarding_state(CLI::App& app, Session& session);
void define_onboarding_retry(CLI::App& app, Session& session);
void define_onboarding_change_area_code(CLI::App& app, Session& session);
void define_onboarding_complete_step(CLI::App& app, Session& session);
void define_replay(CLI::App& app, Session& session);
void define_check(CLI::App& app, Session& session);
void define_doctor(CLI::App& app, Session& session);
void define_migrate(CLI::App& app, Session& session);
void define_dev(CLI::App& app, Session& session);
void define_ingress(CLI::App& app, Session& session);
void define_worker(CLI::App& app, Session& session);
void define_sandbox(CLI::App& app, Session& session);
void define_bench(CLI::App& app, Session& session);
void define_completion(CLI::App& app, Session& session);

}  // namespace callflex::cli
