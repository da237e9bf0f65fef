#include "api/ingress/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace callflex::ingress {

namespace {
constexpr std::size_t buckets_max = 10'000;
}

std::optional<std::chrono::seconds> RateLimiter::take(durable::Uuid organization, Clock::time_point now) {
    if (per_minute_ <= 0) return std::nullopt;
    const std::scoped_lock lock{mutex_};
    if (buckets_.size() >= buckets_max) drop_full(now);
    const double capacity = per_minute_;
    const double per_second = capacity / 60;
    auto [entry, fresh] = buckets_.try_emplace(organization, Bucket{capacity, now});
    Bucket& bucket = entry->second;
    const std::chrono::duration<double> passed = now - bucket.at;
    bucket.tokens = std::min(capacity, bucket.tokens + passed.count() * per_second);
    bucket.at = now;
    if (bucket.tokens < 1) {
        return std::chrono::seconds{static_cast<std::int64_t>(std::ceil((1 - bucket.tokens) / per_second))};
    }
    bucket.tokens -= 1;
    return std::nullopt;
}

void RateLimiter::drop_full(Clock::time_point now) {
    // After a minute of silence a bucket is full, whatever it held.
    std::erase_if(buckets_,
                  [now](const auto& entry) { return now - entry.second.at > std::chrono::minutes{1}; });
}

}  // namespace callflex::ingress
