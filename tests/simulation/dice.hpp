#pragma once
// Chance that can be had again: the same seed gives the same throws on every machine.

#include <cstdint>
#include <vector>

namespace simulation {

/// SplitMix64 (Steele, Lea, Flood 2014): small, and good enough for drawing schedules.
class Dice {
  public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    std::uint64_t bits() {
        state_ += 0x9e3779b97f4a7c15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
        z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
        return z ^ (z >> 31U);
    }
    /// From `least` to `most`, both included.
    int between(int least, int most) {
        const auto span = static_cast<std::uint64_t>(most - least) + 1;
        return least + static_cast<int>(bits() % span);
    }
    bool one_in(int n) { return bits() % static_cast<std::uint64_t>(n) == 0; }
    /// True so many times in a million.
    bool per_million(int share) { return static_cast<int>(bits() % 1'000'000U) < share; }
    template <class T>
    const T& one_of(const std::vector<T>& things) {
        return things[bits() % things.size()];
    }
    /// Another sequence, so that what draws from it does not move what draws from this one.
    Dice split() { return Dice{bits()}; }

  private:
    std::uint64_t state_;
};

}  // namespace simulation
