#pragma once
// What `callflex doctor` found, item by item, and how it is shown.

#include <string>
#include <vector>

#include "api/cli/session.hpp"

namespace callflex::cli {

enum class Level { ok, note, warning, problem };

struct Finding {
    std::string area;  ///< "database", "environment", "program"
    Level level = Level::ok;
    std::string name;
    std::string what;
    std::string remedy;  ///< "" when nothing is to be done
};

using Findings = std::vector<Finding>;

/// Everything about the database that can be asked; an unreachable one is a finding, not an exception.
void examine_database(Findings& findings, const std::string& url);
/// Settings, vendor by vendor.
void examine_environment(Findings& findings, const config::Settings& settings);

/// Returns the exit code: 0, or 1 if there is a problem.
int print_findings(const Session& session, const Findings& findings);

}  // namespace callflex::cli
