#pragma once
// A value on its way through history: compact JSON text. Encoding and decoding are typed and in codec.hpp.

#include <string>

namespace durable {

/// One JSON value, UTF-8, no insignificant white space. Default: null.
struct Payload {
    std::string json = "null";

    bool operator==(const Payload&) const = default;
    [[nodiscard]] bool is_null() const { return json == "null"; }
};

}  // namespace durable
