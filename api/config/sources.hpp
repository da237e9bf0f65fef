#pragma once
// The places that settings come from, one by one. Who wins is decided in settings.cpp.

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "api/config/keys.hpp"

namespace callflex::config {

struct Setting {
    std::string value;   ///< as in the environment: "30", "a,b", "1"
    std::string source;  ///< "TWILIO_AUTH_TOKEN_FILE", "credential DATABASE_URL", "/etc/…/callflex.toml:12"
    /// The file of a secret that every user of this machine may read; "": none.
    std::string exposed_by{};
};
using SettingsByVariable = std::map<std::string, Setting, std::less<>>;

/// What is wrong, where. Never holds a value.
struct Problem {
    std::string place;  ///< "/etc/callflex/callflex.toml:12"; "" for the environment
    std::string name;   ///< "twilio.settle", "TWILIO_SETTLE_SECONDS"; "" for the file as a whole
    std::string what;
    std::string variable{};  ///< of the setting that cannot be used; "" when it is none
    bool of_file = false;
    /// "/etc/callflex/callflex.toml:12: twilio.settle: expected …"
    [[nodiscard]] std::string text() const;
};

struct Gathered {
    SettingsByVariable values;
    std::vector<Problem> problems;
};

/// A file that is not there is a problem only if it `must_exist`.
[[nodiscard]] Gathered from_configuration_file(const std::filesystem::path& file, bool must_exist);
/// The environment, and systemd's credentials.
[[nodiscard]] Gathered from_environment();

/// Variables that are set, look like ours, and are read by nothing: mostly misspelt.
[[nodiscard]] std::vector<std::string> unknown_variables();

}  // namespace callflex::config
