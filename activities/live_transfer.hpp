#pragma once
// Workflow "transfer-call", id "transfer-call-<action id>": connects a call that is on the line with a
// person, by VAPI's live control, once. What became of it is written into the call's action.

#include <boost/describe.hpp>
#include <string>

#include "engine/workflow/activity.hpp"
#include "engine/workflow/failure.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace callflex {

struct LiveTransfer {
    std::string organization_id;
    std::string action_id;    ///< app.call_actions.id
    std::string control_url;  ///< foreign text, and as good as a password: checked again before it is called
    std::string number;       ///< E.164
    std::string message;      ///< what the caller hears meanwhile
    std::string summary;      ///< warm: what the person is told before being connected
    bool warm = false;
};
BOOST_DESCRIBE_STRUCT(LiveTransfer, (),
                      (organization_id, action_id, control_url, number, message, summary, warm))

/// `status`: completed or failed; the caller has been told the same either way.
struct TransferResult {
    std::string status;
    std::string reason;
};
BOOST_DESCRIBE_STRUCT(TransferResult, (), (status, reason))

inline constexpr durable::WorkflowType<LiveTransfer, TransferResult> transfer_call{"transfer-call"};

/// At most once: a caller who is connected already must not be pulled away again, and one who has waited for
/// ten seconds is talking to the assistant again.
inline constexpr durable::Activity<LiveTransfer, durable::Nothing> post_transfer{
    "post_transfer",
    {.schedule_to_close = std::chrono::seconds{10},
     .start_to_close = std::chrono::seconds{5},
     .maximum_attempts = 1,
     .delivery = durable::Delivery::at_most_once}};

struct ActionOutcome {
    std::string organization_id;
    std::string action_id;
    std::string status;  ///< completed or failed
    std::string reason;  ///< "" when completed
};
BOOST_DESCRIBE_STRUCT(ActionOutcome, (), (organization_id, action_id, status, reason))

/// Transactional: an action that is pending becomes what the outcome says; any other stays as it is.
inline constexpr durable::Activity<ActionOutcome, durable::Nothing> settle_action{
    "settle_action",
    {.start_to_close = std::chrono::seconds{30}, .maximum_interval = std::chrono::seconds{30}}};

}  // namespace callflex
