#pragma once
// The generic codec: any described type <-> JSON text, without a document tree in between.
//
// Encodable: bool, integers, double, std::string, enums described by BOOST_DESCRIBE_ENUM (as their names), Duration
// and Timestamp (integer microseconds), Uuid and StrongIds, std::optional (null when empty, and then omitted from an
// object), std::vector, std::map<std::string, T>, Payload (verbatim JSON), Nothing ({}), and structs described by
// BOOST_DESCRIBE_STRUCT whose members are encodable.
//
// Decoding is exact about types and generous about evolution: unknown members are skipped, a missing member keeps the
// struct's default only if it has type std::optional or the struct opts in with `static constexpr bool
// defaults_allowed = true`; else DecodeError names it. Depth is limited to 64, so hostile text cannot exhaust the
// stack. Errors name the path: "call.segments[3].speaker: expected string, found number".

#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <stdexcept>
#include <string>
#include <string_view>

#include "engine/workflow/payload.hpp"

namespace durable {

class DecodeError : public std::runtime_error {
  public:
    DecodeError(std::string path, const std::string& problem);
    [[nodiscard]] const std::string& path() const noexcept { return path_; }

  private:
    std::string path_;
};

/// Never throws for well-formed UTF-8; invalid UTF-8 in a string is replaced by U+FFFD.
template <class T>
[[nodiscard]] Payload encode(const T& value);

/// Throws DecodeError. The whole text must be one value.
template <class T>
[[nodiscard]] T decode(const Payload& payload);

}  // namespace durable
