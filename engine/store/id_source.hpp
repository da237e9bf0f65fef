#pragma once
// Where ids come from outside of workflow code. Tests and simulations give a seeded one.

#include <cstdint>
#include <functional>

#include "engine/workflow/ids.hpp"
#include "engine/workflow/time.hpp"

namespace durable::store {

/// Thread-safe.
class IdSource {
  public:
    /// Entropy from the operating system, time from the system clock.
    IdSource();
    /// `bits` gives 64 random bits, `now` the time inside the ids.
    IdSource(std::function<std::uint64_t()> bits, std::function<Timestamp()> now);
    [[nodiscard]] RunId run_id();
    [[nodiscard]] Uuid uuid_v7();
    [[nodiscard]] std::int64_t token();

  private:
    std::function<std::uint64_t()> bits_;
    std::function<Timestamp()> now_;
};

}  // namespace durable::store
