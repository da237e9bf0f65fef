#pragma once
// A key or token: printed by nobody by accident, because it converts to nothing and has no operator<<.

#include <string>
#include <utility>

namespace callflex {

class Secret {
  public:
    Secret() = default;
    explicit Secret(std::string value) : value_(std::move(value)) {}

    /// For the header that needs it, and nowhere else.
    [[nodiscard]] const std::string& reveal() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }

  private:
    std::string value_;
};

}  // namespace callflex
