#pragma once
// The implementation of send_sms and its reconcile hook. Twilio knows no idempotency keys: an attempt whose
// answer was lost is never repeated blindly.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/notifications.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::twilio {

/// Throws ApplicationError, or durable::OutcomeUnknown when the message may have been accepted.
[[nodiscard]] boost::asio::awaitable<SmsReceipt> send(std::shared_ptr<Vendors> vendors,
                                                      durable::ActivityContext& context, SmsRequest sms);

/// Looks for the message in Twilio's list. `absent` only if the list was read completely and
/// TwilioConfig::settle has passed since the attempt; anything else that is not a finding is `unknown`. Never
/// throws.
[[nodiscard]] boost::asio::awaitable<durable::Reconciled<SmsReceipt>> reconcile(
    std::shared_ptr<Vendors> vendors, durable::ActivityContext& context, SmsRequest sms);

}  // namespace callflex::twilio
