#pragma once
// What is wrong beyond single values: what belongs together, keys that do not open anything.

#include <vector>

#include "api/config/settings.hpp"

namespace callflex::config {

/// What every process of ours refuses to start with: single values, and payload keys. All at once.
[[nodiscard]] std::vector<Problem> problems_of_any(const Settings& settings);
/// The same, and what workers refuse besides: vendors that are configured half.
[[nodiscard]] std::vector<Problem> problems_of_workers(const Settings& settings);

}  // namespace callflex::config
