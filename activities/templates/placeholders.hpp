#pragma once
// {{variable}} in prompts. Pure.

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace callflex::templates {

/// The names between {{ and }}, in order, each as often as it stands there. A "{{" that is not closed, or
/// holds what is no name, is a problem (appended to `problems` with `where`).
[[nodiscard]] std::vector<std::string> placeholders(std::string_view text, std::string_view where,
                                                    std::vector<std::string>& problems);

/// The text with every placeholder replaced. A line that names a variable without a value is left out as a
/// whole: what the business did not say, the prompt does not mention.
[[nodiscard]] std::string fill(std::string_view text, const std::map<std::string, std::string>& values);

}  // namespace callflex::templates
