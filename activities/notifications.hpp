#pragma once
// Messages to people. One recipient a call: a bad number or address neither blocks nor repeats the others.
//
// Failures a workflow may meet (as the cause of ActivityFailed), type = vendor and the vendor's code:
//   "Twilio.21211", "Twilio.21610" (opted out), "Resend.validation_error" ...   final, the message will not
//   be sent "Twilio.429", "Resend.rate_limit_exceeded", "Twilio.unreachable" ...        after all retries
//   "Twilio.not_configured", "Resend.not_configured"                            final: no key in the
//   configuration
// Texts of failures hold the vendor's short message, with numbers and addresses removed.

#include <boost/describe.hpp>
#include <string>

#include "engine/workflow/activity.hpp"

namespace callflex {

struct SmsRequest {
    std::string to;  ///< E.164
    /// 1 to 1,580 characters; longer ones are refused, cut them before. A line "Ref 7KQ2M9PX" is added: the
    /// mark by which this very message is found again when Twilio's answer was lost.
    std::string body;
};
BOOST_DESCRIBE_STRUCT(SmsRequest, (), (to, body))

struct SmsReceipt {
    std::string message_id;  ///< Twilio's "SM..."
    std::string status;      ///< as Twilio gave it at that time: queued, accepted, sent ...
};
BOOST_DESCRIBE_STRUCT(SmsReceipt, (), (message_id, status))

struct EmailRequest {
    std::string to;       ///< one address
    std::string subject;  ///< one line
    std::string text;     ///< plain text
    /// What the mail is about, for the vendor's idempotency key: "call-processed", "usage-alert" ...
    std::string event;
};
BOOST_DESCRIBE_STRUCT(EmailRequest, (), (to, subject, text, event))

struct EmailReceipt {
    std::string message_id;  ///< Resend's UUID
};
BOOST_DESCRIBE_STRUCT(EmailReceipt, (), (message_id))

/// By Twilio, which knows no idempotency keys: sent at most once. A lost answer is settled by looking for the
/// message in Twilio's list; if that shows neither "sent" nor "not sent" the activity ends *unknown*.
inline constexpr durable::Activity<SmsRequest, SmsReceipt> send_sms{
    "send_sms",
    {.schedule_to_close = std::chrono::minutes{15},
     .start_to_close = std::chrono::seconds{40},
     .initial_interval = std::chrono::seconds{1},
     .maximum_interval = std::chrono::minutes{1},
     .maximum_attempts = 8,
     .delivery = durable::Delivery::at_most_once}};

/// By Resend, with an idempotency key that Resend remembers for 24 hours; all retries end long before.
inline constexpr durable::Activity<EmailRequest, EmailReceipt> send_email{
    "send_email",
    {.schedule_to_close = std::chrono::hours{6},
     .start_to_close = std::chrono::seconds{40},
     .initial_interval = std::chrono::seconds{1},
     .maximum_interval = std::chrono::minutes{5},
     .maximum_attempts = 20}};

}  // namespace callflex
