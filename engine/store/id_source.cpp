#include "engine/store/id_source.hpp"

#include <sys/random.h>

#include <stdexcept>
#include <utility>

namespace durable::store {
namespace {

std::uint64_t system_bits() {
    std::uint64_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) {
        throw std::runtime_error("the operating system gives no random bytes (getrandom failed)");
    }
    return bits;
}

Timestamp system_now() {
    return std::chrono::floor<Duration>(std::chrono::system_clock::now());
}

}  // namespace

IdSource::IdSource() : IdSource(system_bits, system_now) {}

IdSource::IdSource(std::function<std::uint64_t()> bits, std::function<Timestamp()> now)
    : bits_(std::move(bits)), now_(std::move(now)) {}

RunId IdSource::run_id() {
    return RunId{uuid_v7()};
}

Uuid IdSource::uuid_v7() {
    const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(now_().time_since_epoch());
    const auto milliseconds = static_cast<std::uint64_t>(since_epoch.count());
    const std::uint64_t high = bits_();
    const std::uint64_t low = bits_();
    Uuid id;
    for (unsigned i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (8U * (5U - i)));
    id.bytes[6] = static_cast<std::uint8_t>(0x70U | ((high >> 8U) & 0x0fU));  // version 7
    id.bytes[7] = static_cast<std::uint8_t>(high);
    for (unsigned i = 0; i < 8; ++i) id.bytes[8 + i] = static_cast<std::uint8_t>(low >> (8U * (7U - i)));
    id.bytes[8] = static_cast<std::uint8_t>(0x80U | (id.bytes[8] & 0x3fU));  // variant of RFC 9562
    return id;
}

std::int64_t IdSource::token() {
    return static_cast<std::int64_t>(bits_() >> 1U);  // positive: easier to read in SQL
}

}  // namespace durable::store
