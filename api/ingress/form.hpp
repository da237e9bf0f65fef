#pragma once
// application/x-www-form-urlencoded bodies and query strings. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callflex::ingress {

/// In the order received; names may repeat.
using Form = std::vector<std::pair<std::string, std::string>>;

/// Nothing when an escape is broken, a decoded text is not UTF-8, or there are more than 1,000 fields.
[[nodiscard]] std::optional<Form> read_form(std::string_view encoded);

/// The first value of that name, or "".
[[nodiscard]] std::string value_of(const Form& form, std::string_view name);

}  // namespace callflex::ingress
