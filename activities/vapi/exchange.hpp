#pragma once
// Asking VAPI within an activity's time.

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "activities/vendors.hpp"
#include "engine/worker/activities.hpp"

namespace callflex::vapi {

/// Throws ApplicationError "Vapi.not_configured", for good.
void check_configured(const VendorConfig& config);

/// One exchange that ends early enough for its outcome to be reported.
[[nodiscard]] boost::asio::awaitable<http::Result> exchange(std::shared_ptr<Vendors> vendors,
                                                            durable::ActivityContext& context,
                                                            http::Request request);

}  // namespace callflex::vapi
