#pragma once
// Settings from the environment. NAME itself, else the content of the file that NAME_FILE names, else the
// systemd credential NAME. Read when asked; nothing is kept.

#include <optional>
#include <string>

namespace callflex::cli {

/// Where a setting's value comes from, for `doctor`: never the value.
struct Setting {
    std::string value;
    std::string source;  ///< "DATABASE_URL", "DATABASE_URL_FILE", "credential DATABASE_URL"
};
/// Throws CommandError when NAME_FILE names a file that cannot be read. Empty values count as absent.
[[nodiscard]] std::optional<Setting> find_setting(const std::string& name);

}  // namespace callflex::cli
