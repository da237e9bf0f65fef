#pragma once
// The fence around what customers may make us call: public addresses only, none of our own, and not too much at one
// address at once, however many customers point at it.

#include <mutex>
#include <string>
#include <vector>

#include "activities/http/address_guard.hpp"
#include "activities/http/public_address.hpp"
#include "activities/webhooks/places.hpp"
#include "activities/webhooks/webhook_config.hpp"

namespace callflex::webhooks {

/// Thread-safe.
class EgressGuard : public http::AddressGuard {
  public:
    /// This machine's own addresses are denied too. Throws std::invalid_argument for a network that is none.
    explicit EgressGuard(const WebhookConfig& config);

    [[nodiscard]] http::Admission admit(const http::Addresses& addresses) override;
    /// One more that must not be called: the database's. "" and text that is no address are ignored.
    void deny(const std::string& address);

  private:
    [[nodiscard]] std::string refusal(const http::Addresses& addresses) const;

    const bool allow_private_;
    mutable std::mutex mutex_;
    std::vector<http::Network> denied_;  // guarded by mutex_
    const std::shared_ptr<Places> places_;
};

/// Addresses of this machine's interfaces, as text; empty when they cannot be read.
[[nodiscard]] std::vector<std::string> own_addresses();

/// Looks names up on threads of its own, `threads` at a time: a name server that hangs delays nobody else's look-up.
/// Destroying the last copy waits for the look-ups under way.
[[nodiscard]] http::LookUp parallel_look_up(int threads);

}  // namespace callflex::webhooks
