#pragma once
// What lets a dashboard watch one organization for a while: "<expires, unix seconds>.<hex HMAC-SHA256>". In the
// URL, because browsers' EventSource sends no fields of its own; hence short-lived, and for one organization.

#include <chrono>
#include <span>
#include <string>
#include <string_view>

namespace callflex::ingress {

using LiveClock = std::chrono::system_clock;

[[nodiscard]] std::string live_token(std::string_view organization_id, LiveClock::time_point expires,
                                     std::string_view key);

/// `keys`: several while one is rotated; with none the answer is no. Constant time.
[[nodiscard]] bool is_live_token(std::string_view token, std::string_view organization_id,
                                 LiveClock::time_point now, std::span<const std::string> keys);

}  // namespace callflex::ingress
