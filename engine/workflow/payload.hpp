#pragma once
// A value on its way through history: compact JSON text. Encoding and decoding are typed and in codec.hpp.

#include <cstddef>
#include <string>

namespace durable {

/// One JSON value, UTF-8, no insignificant white space. Default: null.
struct Payload {
    std::string json = "null";

    bool operator==(const Payload&) const = default;
    [[nodiscard]] bool is_null() const { return json == "null"; }
};

/// How many bytes of JSON one payload may have. What exceeds the limit fails at once, where it is made.
struct PayloadLimits {
    std::size_t warn = std::size_t{512} * 1024;
    std::size_t error = std::size_t{2} * 1024 * 1024;
};

}  // namespace durable
