#pragma once
// KEY=VALUE on the command line, and search attributes for people.

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "api/cli/session.hpp"
#include "engine/search/bound.hpp"

namespace callflex::cli {

void add_attribute_option(CLI::App& app, std::optional<std::vector<std::string>>& attributes);
/// A key that is known has its type; a new one gets that of its value: true and false, integers, numbers,
/// ["a","b"], else text. Throws CommandError.
[[nodiscard]] std::vector<durable::SearchAttribute> parse_attributes(
    const std::vector<std::string>& texts, const durable::search::SearchCatalog& known);
/// "org-7", "12", "a, b", "2026-11-21T08:30:00Z".
[[nodiscard]] std::string attribute_text(const durable::SearchAttribute& attribute);
[[nodiscard]] Json to_json(const std::vector<durable::SearchAttribute>& attributes);

}  // namespace callflex::cli
