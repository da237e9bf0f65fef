#include "api/cli/environment.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "api/cli/exit_code.hpp"

namespace callflex::cli {
namespace {

std::optional<std::string> variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
}

/// The file's text without the line feeds at its end; nothing if it cannot be read.
std::optional<std::string> first_text(const std::filesystem::path& path) {
    std::ifstream file(path);
    if (!file) return std::nullopt;
    std::string text{std::istreambuf_iterator<char>(file), {}};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    return text;
}

}  // namespace

std::optional<Setting> find_setting(const std::string& name) {
    if (const auto value = variable(name)) return Setting{*value, name};
    if (const auto path = variable(name + "_FILE")) {
        const auto text = first_text(*path);
        if (!text) {
            throw CommandError(exit_usage, name + "_FILE names " + *path + ", which cannot be read",
                               "correct the path, or let this user read the file");
        }
        if (!text->empty()) return Setting{*text, name + "_FILE"};
    }
    if (const auto folder = variable("CREDENTIALS_DIRECTORY")) {
        const auto text = first_text(std::filesystem::path{*folder} / name);
        if (text && !text->empty()) return Setting{*text, "credential " + name};
    }
    return std::nullopt;
}

}  // namespace callflex::cli
