#pragma once
// What a model passed to a function. Generous about how it is written (numbers as text, "yes" for true, an
// option in another case), strict about what it means: what cannot be understood reads as absent, and the
// caller is asked again.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace callflex::ingress::functions {

class Arguments {
  public:
    /// Anything but an object has no members.
    explicit Arguments(nlohmann::json value) : value_{std::move(value)} {}

    /// One line of at most `bytes_max`; "" when absent, or neither a text nor a number.
    [[nodiscard]] std::string text(const char* name, std::size_t bytes_max) const;
    /// Lower case with "_" for blanks and hyphens: "vehicle_issue" of "Vehicle Issue".
    [[nodiscard]] std::string option(const char* name) const;
    /// E.164, or "".
    [[nodiscard]] std::string phone(const char* name) const;
    /// True only for true, "true", "yes" and 1.
    [[nodiscard]] bool flag(const char* name) const;

  private:
    nlohmann::json value_;
};

}  // namespace callflex::ingress::functions
