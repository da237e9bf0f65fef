#pragma once
// The activities of onboarding, bound to their implementations.

#include <memory>

#include "activities/vendors.hpp"

namespace durable::worker {
class ActivityRegistry;
}

namespace callflex::setup {

/// Called once at start.
void register_onboarding_activities(durable::worker::ActivityRegistry& registry,
                                    std::shared_ptr<Vendors> vendors);

}  // namespace callflex::setup
