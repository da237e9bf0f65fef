#pragma once
// The run's own random numbers: xoshiro256**, seeded from the run id by SplitMix64. The same run draws the
// same numbers in every replay, on every machine; the algorithm must never change. Not for secrets.

#include <array>
#include <cstdint>

#include "engine/workflow/ids.hpp"

namespace durable {

class Random {
  public:
    explicit Random(const Uuid& seed);

    /// 64 bits, each as likely to be set as not.
    [[nodiscard]] std::uint64_t next();
    /// low <= result <= high, each as likely. Requires low <= high.
    [[nodiscard]] std::int64_t uniform(std::int64_t low, std::int64_t high);
    /// 0 <= result < 1.
    [[nodiscard]] double real();
    /// A version 4 UUID.
    [[nodiscard]] Uuid uuid();

  private:
    std::array<std::uint64_t, 4> state_;
};

}  // namespace durable
