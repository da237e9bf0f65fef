#pragma once
// How customers' systems are called, from the environment. Everything has a default.
//
//   WEBHOOK_SCHEDULE              waits before each try, "0s,5s,30s,2m,10m,30m,1h"
//   WEBHOOK_TIMEOUT_SECONDS       one try in all, 1 to 30 (15)
//   WEBHOOK_CIRCUIT_FAILURES      failures in a row after which an endpoint is left alone (10)
//   WEBHOOK_CIRCUIT_SECONDS       for how long at first (30); doubled by every failed probe,
//   WEBHOOK_CIRCUIT_MAX_SECONDS   up to this (900)
//   WEBHOOK_GIVE_UP_HOURS         a delivery's longest life (72)
//   WEBHOOK_DISABLE_HOURS         an endpoint that has failed for so long is disabled (72)
//   WEBHOOK_PER_ADDRESS           tries at once at one address, each worker (8)
//   WEBHOOK_PER_ORGANIZATION      tries at once for one organization, each worker (16)
//   WEBHOOK_DENY                  networks never to be called, beside those that are not public: "198.51.100.0/24"
//   WEBHOOK_QUEUE                 queue of the workers that call customers; "": every worker does
//   WEBHOOK_ALLOW_PRIVATE         1: development only, private addresses, http and any port may be called

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callflex {

struct WebhookConfig {
    std::vector<std::chrono::microseconds> schedule{
        std::chrono::seconds{0},  std::chrono::seconds{5},  std::chrono::seconds{30}, std::chrono::minutes{2},
        std::chrono::minutes{10}, std::chrono::minutes{30}, std::chrono::hours{1}};
    std::chrono::seconds timeout{15};
    int circuit_failures = 10;
    std::chrono::seconds circuit{30};
    std::chrono::seconds circuit_max{900};
    std::chrono::hours give_up{72};
    std::chrono::hours disable{72};
    int per_address = 8;
    int per_organization = 16;
    std::vector<std::string> deny{};  ///< each a network that http::Network::parse understands
    std::string queue{};
    bool allow_private = false;
};

/// Problems are added as "NAME: what is expected". Names that are not set keep their defaults.
[[nodiscard]] WebhookConfig webhook_config(
    const std::function<std::optional<std::string>(std::string_view)>& environment,
    std::vector<std::string>& problems);

/// "0s,5s,2m,1h,250ms": 1 to 50 waits; nullopt for anything else.
[[nodiscard]] std::optional<std::vector<std::chrono::microseconds>> parse_schedule(std::string_view text);

}  // namespace callflex
