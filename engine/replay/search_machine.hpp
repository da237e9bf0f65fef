#pragma once
// The run's search attributes: what it was started with, and what its code has set since.

#include <optional>
#include <source_location>
#include <string_view>
#include <vector>

#include "engine/replay/commands.hpp"
#include "engine/workflow/search.hpp"

namespace durable::replay {

class SearchMachine {
  public:
    explicit SearchMachine(Commands& commands) : commands_(commands) {}

    void begin(std::vector<SearchAttribute> attributes) { attributes_ = std::move(attributes); }
    /// Issues the command; a bad attribute blocks the activation.
    void set(SearchAttribute attribute, std::source_location where);
    [[nodiscard]] std::optional<Payload> find(std::string_view key) const;
    /// In the order in which the keys were first set.
    [[nodiscard]] const std::vector<SearchAttribute>& all() const noexcept { return attributes_; }

  private:
    [[nodiscard]] std::string problem(const SearchAttribute& attribute) const;

    Commands& commands_;
    std::vector<SearchAttribute> attributes_;
};

}  // namespace durable::replay
