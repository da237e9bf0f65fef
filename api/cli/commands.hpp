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
void define_workflow_export(CLI::App& app, Session& session);
void define_payload_erase(CLI::App& app, Session& session);
void define_payload_rotate(CLI::App& app, Session& session);
void define_payload_rewrap(CLI::App& app, Session& session);
void define_retention_list(CLI::App& app, Session& session);
void define_retention_set(CLI::App& app, Session& session);
void define_retention_remove(CLI::App& app, Session& session);
void define_workflow_result(CLI::App& app, Session& session);
void define_workflow_signal(CLI::App& app, Session& session);
void define_workflow_signal_with_start(CLI::App& app, Session& session);
void define_workflow_query(CLI::App& app, Session& session);
void define_workflow_update(CLI::App& app, Session& session);
void define_workflow_update_result(CLI::App& app, Session& session);
void define_workflow_update_with_start(CLI::App& app, Session& session);
void define_workflow_metadata(CLI::App& app, Session& session);
void define_workflow_published(CLI::App& app, Session& session);
void define_workflow_cancel(CLI::App& app, Session& session);
void define_workflow_terminate(CLI::App& app, Session& session);
void define_workflow_pause(CLI::App& app, Session& session);
void define_workflow_unpause(CLI::App& app, Session& session);
void define_workflow_reset(CLI::App& app, Session& session);
void define_workflow_fork(CLI::App& app, Session& session);
void define_workflow_delete(CLI::App& app, Session& session);
void define_audit_list(CLI::App& app, Session& session);
void define_workflow_stack(CLI::App& app, Session& session);
void define_workflow_why(CLI::App& app, Session& session);
void define_workflow_move(CLI::App& app, Session& session);
void define_workflow_patches(CLI::App& app, Session& session);
void define_deploy_check(CLI::App& app, Session& session);
void define_deploy_promote(CLI::App& app, Session& session);
void define_deploy_ramp(CLI::App& app, Session& session);
void define_deploy_drain(CLI::App& app, Session& session);
void define_deploy_end(CLI::App& app, Session& session);
void define_deploy_list(CLI::App& app, Session& session);
void define_deploy_status(CLI::App& app, Session& session);
void define_activity_list(CLI::App& app, Session& session);
void define_activity_describe(CLI::App& app, Session& session);
void define_activity_start(CLI::App& app, Session& session);
void define_activity_execute(CLI::App& app, Session& session);
void define_activity_result(CLI::App& app, Session& session);
void define_activity_complete(CLI::App& app, Session& session);
void define_activity_fail(CLI::App& app, Session& session);
void define_activity_heartbeat(CLI::App& app, Session& session);
void define_activity_pause(CLI::App& app, Session& session);
void define_activity_unpause(CLI::App& app, Session& session);
void define_activity_reset(CLI::App& app, Session& session);
void define_activity_retry(CLI::App& app, Session& session);
void define_activity_update_options(CLI::App& app, Session& session);
void define_activity_edit_input(CLI::App& app, Session& session);
void define_activity_skip(CLI::App& app, Session& session);
void define_workflow_trace(CLI::App& app, Session& session);
void define_workflow_diff(CLI::App& app, Session& session);
void define_workflow_tail(CLI::App& app, Session& session);
void define_batch_list(CLI::App& app, Session& session);
void define_batch_describe(CLI::App& app, Session& session);
void define_batch_stop(CLI::App& app, Session& session);
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
void define_quarantine_begin(CLI::App& app, Session& session);
void define_quarantine_status(CLI::App& app, Session& session);
void define_quarantine_list(CLI::App& app, Session& session);
void define_quarantine_end(CLI::App& app, Session& session);
void define_queue_list(CLI::App& app, Session& session);
void define_queue_describe(CLI::App& app, Session& session);
void define_queue_pause(CLI::App& app, Session& session);
void define_queue_unpause(CLI::App& app, Session& session);
void define_queue_weight(CLI::App& app, Session& session);
void define_queue_limits(CLI::App& app, Session& session);
void define_queue_limit(CLI::App& app, Session& session);
void define_worker_list(CLI::App& app, Session& session);
void define_worker_describe(CLI::App& app, Session& session);
void define_semaphore_list(CLI::App& app, Session& session);
void define_semaphore_describe(CLI::App& app, Session& session);
void define_semaphore_set_capacity(CLI::App& app, Session& session);
void define_schedule_list(CLI::App& app, Session& session);
void define_schedule_describe(CLI::App& app, Session& session);
void define_schedule_create(CLI::App& app, Session& session);
void define_schedule_update(CLI::App& app, Session& session);
void define_schedule_next(CLI::App& app, Session& session);
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
void define_config_print(CLI::App& app, Session& session);
void define_config_check(CLI::App& app, Session& session);
void define_man(CLI::App& app, Session& session);
void define_completion(CLI::App& app, Session& session);

}  // namespace callflex::cli
