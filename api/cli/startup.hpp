#pragma once
// What daemons do before they start.

#include <span>

#include "api/config/settings.hpp"

namespace callflex::cli {

/// Throws CommandError with all problems, if there are any.
void refuse(std::span<const config::Problem> problems);

}  // namespace callflex::cli
