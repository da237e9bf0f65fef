#pragma once
// What the ingress can be told. Defaults are those of production.

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/limits.hpp"
#include "api/ingress/signature.hpp"
#include "engine/payloads/settings.hpp"

namespace callflex::ingress {

/// Places in a commit where tests look in, or break things.
enum class CommitPoint : std::uint8_t {
    before_transaction,
    before_commit,  ///< every row is written, COMMIT has not been sent
    after_commit,   ///< durable, nobody knows yet
};

struct IngressOptions {
    std::string database_url;  ///< may lead through a transaction pooler
    durable::payloads::Settings payloads{};
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;  ///< 0: any free one
    int io_threads = 2;
    int committers = 2;  ///< threads, each with a connection
    http::Limits limits;
    std::size_t body_bytes = 1024UL * 1024;
    std::size_t report_bytes = 8UL * 1024 * 1024;  ///< end-of-call reports

    std::vector<std::string> platform_secrets;  ///< accepted for every organization (VAPI_WEBHOOK_SECRET)
    std::string public_url;  ///< API_URL, without a slash at the end: what vendors were told to call
    std::vector<std::string> twilio_auth_tokens;  ///< TWILIO_AUTH_TOKEN; none: Twilio is refused
    std::vector<std::string> stripe_secrets;      ///< STRIPE_WEBHOOK_SECRET; none: Stripe is refused
    std::vector<std::string> live_token_keys;     ///< LIVE_TOKEN_KEY; none: nobody may watch
    std::string app_url;                          ///< APP_URL: the origin that may read live streams
    std::string secrets_key;                      ///< CALLFLEX_SECRETS_KEY; "" : no per-organization secrets
    SignatureOptions signature;
    std::chrono::milliseconds credentials_cached{3'000};

    int requests_per_minute = 100;  ///< per organization; reports are not counted; 0: no limit
    /// Likewise, of what somebody on the line waits for (tool calls, assistant requests): counted by itself.
    int questions_per_minute = 600;
    /// Where a call's control URL may lead (VAPI_CONTROL_HOSTS): as VapiConfig::control_hosts.
    std::vector<std::string> control_hosts{"vapi.ai"};
    std::size_t queue_requests = 4'000;
    std::size_t queue_bytes = 256UL * 1024 * 1024;
    std::size_t batch_requests = 256;
    std::chrono::milliseconds commit_patience{8'000};  ///< a request waits no longer for its commit
    std::chrono::milliseconds stop_grace{20'000};

    std::function<std::chrono::system_clock::time_point()> now = [] {
        return std::chrono::system_clock::now();
    };
    std::function<void(CommitPoint)> on_commit_point;  ///< on a committer's thread; may throw
};

/// Reads DATABASE_URL, CALLFLEX_LISTEN (address:port), VAPI_WEBHOOK_SECRET (several separated by commas),
/// API_URL, TWILIO_AUTH_TOKEN, STRIPE_WEBHOOK_SECRET and LIVE_TOKEN_KEY (likewise several), APP_URL,
/// VAPI_SIGNATURE_HEADER, CALLFLEX_SECRETS_KEY, CALLFLEX_REQUESTS_PER_MINUTE, CALLFLEX_QUESTIONS_PER_MINUTE,
/// VAPI_CONTROL_HOSTS. `setting` gives a value or nothing. Throws std::invalid_argument with what to do.
[[nodiscard]] IngressOptions ingress_options(
    const std::function<std::optional<std::string>(std::string_view name)>& setting);

}  // namespace callflex::ingress
