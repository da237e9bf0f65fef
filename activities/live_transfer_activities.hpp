#pragma once
// The implementations of post_transfer and settle_action.

#include <memory>

#include "activities/live_transfer.hpp"
#include "activities/vendors.hpp"

namespace callflex {

void register_transfer_activities(durable::worker::ActivityRegistry& registry,
                                  std::shared_ptr<Vendors> vendors);

}  // namespace callflex
