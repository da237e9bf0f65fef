#pragma once
// Whom to tell about a call, in which words, and what became of it. The texts are written here and not in the
// workflow: a better wording must not disturb runs that are under way.

#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "activities/call_records.hpp"
#include "activities/calls.hpp"
#include "activities/notifications.hpp"

namespace callflex {

struct CallToReport {
    CallKey call;
    std::string from_number;
    std::int64_t duration_seconds = 0;
    bool missed = false;  ///< nothing was said
    CallFindings findings;
};
BOOST_DESCRIBE_STRUCT(CallToReport, (), (call, from_number, duration_seconds, missed, findings))

/// `key` names the business fact ("<call id>/sms/+15550100400"), the same however often it is planned or
/// sent.
struct PlannedSms {
    std::string key;
    SmsRequest request;
};
BOOST_DESCRIBE_STRUCT(PlannedSms, (), (key, request))

struct PlannedEmail {
    std::string key;
    EmailRequest request;
};
BOOST_DESCRIBE_STRUCT(PlannedEmail, (), (key, request))

struct NotificationPlan {
    std::vector<PlannedSms> sms;
    std::vector<PlannedEmail> emails;
};
BOOST_DESCRIBE_STRUCT(NotificationPlan, (), (sms, emails))

/// Transactional, reads only: by the organization's settings (notifications.sms, notifications.email), each
/// recipient once, at most 50 a channel. Fails for good as "OrganizationNotFound".
inline constexpr durable::Activity<CallToReport, NotificationPlan> plan_notifications{"plan_notifications",
                                                                                      side_step_defaults};

/// One message and what became of it. `status`: sent, failed or outcome_unknown; `error` says why it was not
/// sent.
struct NotificationOutcome {
    std::string idempotency_key;
    std::string channel;  ///< sms or email
    std::string recipient;
    std::optional<std::string> vendor_message_id;
    std::string status;
    std::optional<std::string> error;
};
BOOST_DESCRIBE_STRUCT(NotificationOutcome, (),
                      (idempotency_key, channel, recipient, vendor_message_id, status, error))

struct NotificationReport {
    CallKey call;
    std::vector<NotificationOutcome> notifications;
};
BOOST_DESCRIBE_STRUCT(NotificationReport, (), (call, notifications))

/// Transactional; keyed, so a repeat writes the same.
inline constexpr durable::Activity<NotificationReport, durable::Nothing> record_notifications{
    "record_notifications", side_step_defaults};

}  // namespace callflex
