#pragma once
// Reads a request head from raw bytes and refuses everything that two programs could understand in two ways.
//
// Beast 1.81 accepts several such things: equal duplicate lengths, any Transfer-Encoding it does not know
// (whose body then becomes the next request), folded fields, no or two Hosts, absolute-form targets. So the
// raw bytes are judged here first; Beast's parser only sees what passed. Pure; every refusal closes the
// connection.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "api/http/limits.hpp"
#include "api/http/message.hpp"

namespace callflex::http::inline server {

struct Refusal {
    unsigned status = 400;
    std::string detail;
};

/// Looks at the bytes received so far: a refusal as soon as no continuation could be right (a bare line feed,
/// NUL, too long); otherwise nothing. `complete` becomes the length of the head, the empty line included, or
/// 0.
[[nodiscard]] std::optional<Refusal> scan_head(std::string_view received, const Limits& limits,
                                               std::size_t& complete);

/// `head` is a complete head, the empty line included.
[[nodiscard]] std::variant<RequestHead, Refusal> parse_head(std::string_view head, const Limits& limits);

}  // namespace callflex::http::inline server
