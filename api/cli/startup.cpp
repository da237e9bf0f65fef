#include "api/cli/startup.hpp"

#include "api/cli/exit_code.hpp"

namespace callflex::cli {

void refuse(std::span<const config::Problem> problems) {
    if (problems.empty()) return;
    throw CommandError(exit_usage, "the configuration cannot be used:\n" + config::in_lines(problems),
                       "callflex config check");
}

}  // namespace callflex::cli
