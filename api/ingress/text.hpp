#pragma once
// Small conversions at the edge: what senders write into what columns hold. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "engine/workflow/time.hpp"

namespace callflex::ingress {

/// Text that a Postgres column can hold: NUL becomes U+FFFD. The input is valid UTF-8.
[[nodiscard]] std::string storable(std::string_view text);

/// None for "": what was not said.
[[nodiscard]] std::optional<std::string> or_none(std::string_view text);

/// Strict E.164 ("+15550100123") from what telephone systems send: E.164 with or without punctuation, or ten
/// (or 1 and ten) digits of the North American plan. Anything else, such as "anonymous" or a SIP address,
/// gives "".
[[nodiscard]] std::string phone_number(std::string_view text);

/// RFC 3339 with 'T', seconds, an optional fraction, and 'Z' or an offset; years 2000 to 2100.
[[nodiscard]] std::optional<durable::Timestamp> parse_time(std::string_view text);
/// "2026-11-21T10:15:02.000000Z".
[[nodiscard]] std::string format_time(durable::Timestamp time);

/// Digits only, at most 18 of them.
[[nodiscard]] std::optional<std::int64_t> parse_integer(std::string_view digits);

}  // namespace callflex::ingress
