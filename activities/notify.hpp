#pragma once
// Workflow "notify": one durable SMS or e-mail to one recipient. Its id is "notify-<key>", so that the same
// business fact told twice to the same person is one message (notify_id() in workflows/notify.hpp). It ends
// when the message's fate is known: an SMS stays until Twilio has reported its delivery, or has been asked
// for it.

#include <boost/describe.hpp>
#include <optional>
#include <string>

#include "activities/defaults.hpp"
#include "engine/workflow/failure.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace callflex {

struct NotifyRequest {
    std::string organization_id;  ///< UUID
    std::string key;        ///< names the business fact and the recipient: "<action id>/sms/+15550100400"
    std::string channel;    ///< sms or email
    std::string recipient;  ///< E.164, or one address
    std::string subject;    ///< of an e-mail; one line
    std::string text;
    std::optional<std::string> call_id;  ///< app.calls.id of the call it is about
};
BOOST_DESCRIBE_STRUCT(NotifyRequest, (), (organization_id, key, channel, recipient, subject, text, call_id))

/// What became of it. `status` as in app.notifications: sent (accepted, its delivery was never reported),
/// delivered, undelivered, failed or outcome_unknown.
struct NotifyResult {
    std::string status;
    std::optional<std::string> vendor_message_id;
    std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(NotifyResult, (), (status, vendor_message_id, error))

inline constexpr durable::WorkflowType<NotifyRequest, NotifyResult> notify{"notify"};

/// From a vendor's status callback. The order of arrival means nothing: see delivery_rank().
struct DeliveryStatus {
    std::string vendor_message_id;
    std::string status;      ///< as the vendor says it: queued, sent, delivered, undelivered, failed ...
    std::string error_code;  ///< "30034", or ""
};
BOOST_DESCRIBE_STRUCT(DeliveryStatus, (), (vendor_message_id, status, error_code))

inline constexpr durable::Signal<DeliveryStatus> delivery_status{"delivery_status",
                                                                 "what a vendor has told of a message"};

/// The status of app.notifications that a vendor's word stands for.
[[nodiscard]] inline std::string notification_status(const std::string& vendor_status) {
    if (vendor_status == "delivered" || vendor_status == "read") return "delivered";
    if (vendor_status == "undelivered" || vendor_status == "canceled") return "undelivered";
    if (vendor_status == "failed") return "failed";
    return "sent";
}

struct NotificationRecord {
    NotifyRequest request;
    NotifyResult result;
};
BOOST_DESCRIBE_STRUCT(NotificationRecord, (), (request, result))

/// Transactional; keyed. A final status that is there already stands.
inline constexpr durable::Activity<NotificationRecord, durable::Nothing> record_notification{
    "record_notification", transactional_defaults};

struct SmsToLookUp {
    std::string message_id;
};
BOOST_DESCRIBE_STRUCT(SmsToLookUp, (), (message_id))

/// Async: what Twilio knows of a message whose callback has not come.
inline constexpr durable::Activity<SmsToLookUp, DeliveryStatus> look_up_sms{
    "look_up_sms",
    {.schedule_to_close = std::chrono::hours{2},
     .start_to_close = std::chrono::seconds{30},
     .initial_interval = std::chrono::seconds{5},
     .maximum_interval = std::chrono::minutes{5},
     .maximum_attempts = 20}};

}  // namespace callflex
