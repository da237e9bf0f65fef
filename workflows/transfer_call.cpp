#include "workflows/transfer_call.hpp"

namespace callflex {

namespace {

TransferResult result_of(const durable::Failure& failure) {
    const bool unknown = failure.retry_state == durable::RetryState::outcome_unknown;
    return {"failed", unknown ? "VAPI did not say whether it has connected the call" : failure.to_string()};
}

}  // namespace

durable::Task<TransferResult> connect_caller(durable::Workflow& wf, LiveTransfer transfer) {
    const auto posted = co_await wf.attempt(post_transfer, transfer);
    const TransferResult result = posted.ok() ? TransferResult{"completed", ""} : result_of(posted.failure());
    co_await wf.shielded(
        wf.run(settle_action, {transfer.organization_id, transfer.action_id, result.status, result.reason}));
    co_return result;
}

}  // namespace callflex
