#pragma once
// The outside world as activities see it: configuration and the HTTP client, made once at start, shared by
// all activities of the process, constant afterwards.

#include <memory>

#include "activities/config.hpp"
#include "activities/http/client.hpp"

namespace durable::worker {
class ActivityRegistry;
}

namespace callflex {

struct Vendors {
    /// Throws std::runtime_error when the certificates cannot be loaded.
    explicit Vendors(VendorConfig configuration)
        : config(std::move(configuration)),
          http(std::make_shared<http::Client>(http::ClientOptions{.extra_ca_file = config.ca_file})) {}

    const VendorConfig config;
    const std::shared_ptr<http::Client> http;
};

/// Binds send_sms, send_email, summarize, extract_facts and Stripe's. The registry's activities share `vendors`.
void register_vendor_activities(durable::worker::ActivityRegistry& registry,
                                std::shared_ptr<Vendors> vendors);

}  // namespace callflex
