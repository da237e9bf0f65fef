#pragma once
// Token buckets, one an organization, in this process. Thread-safe. Bounded: buckets that are full again are
// dropped.

#include <chrono>
#include <map>
#include <mutex>
#include <optional>

#include "engine/workflow/ids.hpp"

namespace callflex::ingress {

class RateLimiter {
  public:
    using Clock = std::chrono::steady_clock;
    /// `per_minute` at once, and as many again each minute. 0 switches the limit off.
    explicit RateLimiter(int per_minute) : per_minute_{per_minute} {}

    [[nodiscard]] int per_minute() const { return per_minute_; }
    /// Nothing when the request may pass, else how long to wait.
    [[nodiscard]] std::optional<std::chrono::seconds> take(durable::Uuid organization, Clock::time_point now);

  private:
    struct Bucket {
        double tokens = 0;
        Clock::time_point at;
    };
    void drop_full(Clock::time_point now);

    int per_minute_;
    std::mutex mutex_;
    std::map<durable::Uuid, Bucket> buckets_;
};

}  // namespace callflex::ingress
