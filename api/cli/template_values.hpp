#pragma once
// --set name=value of `template preview`: text from a command line as JSON of the variable's kind.

#include <string>
#include <vector>

#include "activities/templates/template.hpp"

namespace callflex::cli {

/// Hours are JSON; a multiselect is JSON or "one,two"; everything else is taken as text. Throws CommandError
/// when an argument has no "=".
[[nodiscard]] std::string template_values(const templates::Template& source,
                                          const std::vector<std::string>& arguments);

}  // namespace callflex::cli
