#pragma once
// The implementation of send_email. Every repeat carries the same idempotency key and the same bytes.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/notifications.hpp"
#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::resend {

/// Throws ApplicationError.
[[nodiscard]] boost::asio::awaitable<EmailReceipt> send(std::shared_ptr<Vendors> vendors,
                                                        durable::ActivityContext& context, EmailRequest mail);

}  // namespace callflex::resend
