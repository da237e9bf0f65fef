#pragma once
// Headers that a customer adds to their own webhooks: a key that their gateway wants to see. Only names that cannot
// change how the request is read, only values that cannot become a header of their own.

#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "activities/http/message.hpp"

namespace callflex::webhooks {

class BadCustomHeader : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

/// Authorization, or a name that begins with "X-" but not with X-Webhook-, X-Forwarded-, X-Real- or X-Original-; at
/// most ten, each value 1 to 1,024 printable ASCII characters. Throws BadCustomHeader, never with the value.
void check_custom_headers(std::span<const http::Header> headers);

/// "Name: value", checked. Throws BadCustomHeader.
[[nodiscard]] http::Header parse_custom_header(std::string_view line);

/// One "Name: value" a line: what is sealed in the database. Reading throws BadCustomHeader.
[[nodiscard]] std::string to_text(std::span<const http::Header> headers);
[[nodiscard]] std::vector<http::Header> custom_headers_from(std::string_view text);

}  // namespace callflex::webhooks
