#pragma once
// The implementation of look_up_sms: GET Messages/{sid}.json.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/notify.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::twilio {

/// Throws ApplicationError; "Twilio.pending", retryable, while the message's fate is still open.
[[nodiscard]] boost::asio::awaitable<DeliveryStatus> look_up(std::shared_ptr<Vendors> vendors,
                                                             durable::ActivityContext& context,
                                                             SmsToLookUp wanted);

}  // namespace callflex::twilio
