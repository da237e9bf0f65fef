#pragma once
// The settings of this process, each from the first place that has it:
//
//   1. the environment: NAME, or the content of the file that NAME_FILE names
//   2. a systemd credential: NAME, or callflex_NAME (LoadCredential=callflex:FOLDER)
//   3. the configuration file: `key`, or for secrets also `key_file`, the path of a file that holds it
//
// Everything is read once, by load(); what is wrong is gathered, not thrown, so that it can be told at once. No
// problem ever holds a value. Immutable afterwards: any thread may ask.

#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "api/config/sources.hpp"

namespace callflex::config {

/// Where the file is looked for, unless --config or CALLFLEX_CONFIG says otherwise. It need not exist.
constexpr std::string_view default_file = "/etc/callflex/callflex.toml";

/// A setting was asked for that has a problem: its text.
class Unusable : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

class Settings {
  public:
    /// `file` as --config gives it; "": CALLFLEX_CONFIG, else default_file if there is one.
    [[nodiscard]] static Settings load(const std::filesystem::path& file);

    /// By its variable ("DATABASE_URL"); nothing when it is not set. Throws Unusable.
    [[nodiscard]] std::optional<Setting> find(std::string_view variable) const;
    /// The same for those who tell of problems themselves: what has one counts as not set.
    [[nodiscard]] std::optional<Setting> peek(std::string_view variable) const;
    /// Its value or its default. Throws Unusable. Requires a key with that variable.
    [[nodiscard]] std::string text(std::string_view variable) const;
    /// Likewise, of a key whose kind is a number.
    [[nodiscard]] int number(std::string_view variable) const;
    /// As vendors and ingress ask. What has a problem counts as not set. Does not outlive this object.
    [[nodiscard]] std::function<std::optional<std::string>(std::string_view)> environment() const;

    [[nodiscard]] std::span<const Problem> problems() const { return problems_; }
    /// Of the file alone: with these nobody knows what it means.
    [[nodiscard]] std::vector<Problem> problems_of_file() const;
    /// What somebody else found wrong with a setting, told where that stands.
    [[nodiscard]] Problem problem_with(const std::string& variable, const std::string& what) const;
    /// The file that was read; "" when there is none.
    [[nodiscard]] const std::filesystem::path& file() const { return file_; }

  private:
    std::filesystem::path file_;
    SettingsByVariable values_;
    std::vector<Problem> problems_;
};

/// Each in a line of its own.
[[nodiscard]] std::string in_lines(std::span<const Problem> problems);

}  // namespace callflex::config
