#include "engine/workflow/random.hpp"

#include <bit>

namespace durable {
namespace {

std::uint64_t split_mix(std::uint64_t& state) {
    state += 0x9E3779B97F4A7C15U;
    std::uint64_t mixed = state;
    mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9U;
    mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EBU;
    return mixed ^ (mixed >> 31);
}

std::uint64_t big_endian(const Uuid& uuid, std::size_t offset) {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < 8; ++i) value = value << 8 | uuid.bytes[offset + i];
    return value;
}

}  // namespace

Random::Random(const Uuid& seed) : state_{} {
    std::uint64_t high = big_endian(seed, 0);
    std::uint64_t mixer = split_mix(high) ^ big_endian(seed, 8);
    for (std::uint64_t& word : state_) word = split_mix(mixer);
}

std::uint64_t Random::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

std::int64_t Random::uniform(std::int64_t low, std::int64_t high) {
    const std::uint64_t range = static_cast<std::uint64_t>(high) - static_cast<std::uint64_t>(low) + 1;
    if (range == 0) return static_cast<std::int64_t>(next());
    // Draws beyond the last whole multiple of the range would favour small results: they are thrown away.
    const std::uint64_t rejected_below = (0 - range) % range;
    std::uint64_t draw = next();
    while (draw < rejected_below) draw = next();
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(low) + draw % range);
}

double Random::real() {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

Uuid Random::uuid() {
    Uuid uuid;
    for (std::size_t half = 0; half < 2; ++half) {
        const std::uint64_t draw = next();
        for (std::size_t i = 0; i < 8; ++i)
            uuid.bytes[half * 8 + i] = static_cast<std::uint8_t>(draw >> (56 - 8 * i));
    }
    uuid.bytes[6] = static_cast<std::uint8_t>((uuid.bytes[6] & 0x0F) | 0x40);
    uuid.bytes[8] = static_cast<std::uint8_t>((uuid.bytes[8] & 0x3F) | 0x80);
    return uuid;
}

}  // namespace durable
