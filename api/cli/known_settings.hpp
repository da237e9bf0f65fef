#pragma once
// Every variable that some part of the program reads, by what it is for: what `callflex doctor` goes through.

#include <span>
#include <string>
#include <vector>

namespace callflex::cli {

struct Variable {
    const char* name;
    const char* purpose;
};

/// Variables that make one thing work together.
struct SettingsGroup {
    const char* name;     ///< "Stripe"
    const char* without;  ///< what happens when it is not configured
    bool matters;         ///< not configured: worth telling how; else it is only noted
    std::vector<Variable> required;
    std::vector<Variable> optional;
};

[[nodiscard]] std::span<const SettingsGroup> settings_groups();

/// Variables that are set, look like ours, and are read by nothing: mostly misspelt.
[[nodiscard]] std::vector<std::string> unknown_variables();

}  // namespace callflex::cli
