#pragma once
// Workflow "callback-reminder", id "callback-reminder-<action id>": reminds the owners of a callback that
// somebody was promised, if it is still pending when the next business morning comes.

#include <boost/describe.hpp>
#include <string>
#include <vector>

#include "activities/defaults.hpp"
#include "activities/notify.hpp"
#include "engine/workflow/failure.hpp"
#include "engine/workflow/time.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace callflex {

struct CallbackReminder {
    std::string organization_id;
    std::string action_id;  ///< app.call_actions.id
    std::string caller_name;
    std::string phone_number;  ///< E.164
    std::string reason;
    durable::Timestamp remind_at;
};
BOOST_DESCRIBE_STRUCT(CallbackReminder, (),
                      (organization_id, action_id, caller_name, phone_number, reason, remind_at))

inline constexpr durable::WorkflowType<CallbackReminder, durable::Nothing> callback_reminder{
    "callback-reminder"};

struct ReminderMessages {
    std::vector<NotifyRequest>
        messages;  ///< empty: the callback is not pending any more, or nobody wants to know
};
BOOST_DESCRIBE_STRUCT(ReminderMessages, (), (messages))

/// Transactional, reads only: whom to remind, in which words. Nobody once the action is settled.
inline constexpr durable::Activity<CallbackReminder, ReminderMessages> plan_reminder{"plan_reminder",
                                                                                     transactional_defaults};

}  // namespace callflex
