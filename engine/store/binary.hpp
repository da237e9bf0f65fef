#pragma once
// Numbers as Postgres sends them: big-endian; timestamps as microseconds since 2000.

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>

#include "engine/workflow/time.hpp"

namespace durable::store::binary {

inline constexpr Duration postgres_epoch{946'684'800'000'000};  // 2000-01-01, counted from 1970

template <std::integral T>
void append(std::string& out, T value) {
    const auto bits = static_cast<std::make_unsigned_t<T>>(value);
    for (std::size_t i = sizeof(T); i-- > 0;)
        out += static_cast<char>(static_cast<unsigned char>(bits >> (8 * i)));
}

template <std::integral T>
[[nodiscard]] T read(const char* bytes) {
    std::make_unsigned_t<T> bits = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i) {
        bits = static_cast<std::make_unsigned_t<T>>(bits << 8U) | static_cast<unsigned char>(bytes[i]);
    }
    return static_cast<T>(bits);
}

[[nodiscard]] inline std::int64_t from_timestamp(Timestamp time) {
    return (time.time_since_epoch() - postgres_epoch).count();
}
[[nodiscard]] inline Timestamp to_timestamp(std::int64_t microseconds) {
    return Timestamp{Duration{microseconds} + postgres_epoch};
}

}  // namespace durable::store::binary
