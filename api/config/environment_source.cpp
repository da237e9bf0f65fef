#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <string_view>

#include "api/config/secret_file.hpp"
#include "api/config/sources.hpp"
#include "api/config/values.hpp"

namespace callflex::config {
namespace {

constexpr std::string_view file_suffix = "_FILE";

/// Set but empty counts as not set.
std::optional<std::string> variable(const std::string& name) {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
}

class EnvironmentReader {
  public:
    void read(const Key& key) {
        const std::string name{key.variable};
        const auto direct = variable(name);
        const auto path = variable(name + "_FILE");
        if (direct && path)
            return problem(key, name, fmt::format("given twice, also as {}_FILE: remove one", name));
        if (direct) return put(key, {*direct, name});
        if (path) return read_file(key, name + "_FILE", *path);
        read_credential(key);
    }

    Gathered gathered;

  private:
    void read_file(const Key& key, const std::string& name, const std::string& path) {
        const FileText file = read_value(path);
        if (!file.problem.empty())
            return problem(key, name, fmt::format("names {}, which {}", path, file.problem));
        if (file.text.empty()) return problem(key, name, fmt::format("names {}, which is empty", path));
        put(key, {file.text, name, is_secret(key) && file.others_read ? path : ""});
    }

    void read_credential(const Key& key) {
        const auto folder = variable("CREDENTIALS_DIRECTORY");
        if (!folder) return;
        for (const std::string& name :
             {std::string{key.variable}, fmt::format("callflex_{}", key.variable)}) {
            const FileText file = read_value(std::filesystem::path{*folder} / name);
            if (file.missing) continue;
            if (!file.problem.empty()) return problem(key, "credential " + name, file.problem);
            if (!file.text.empty()) return put(key, {file.text, "credential " + name});
        }
    }

    void put(const Key& key, Setting setting) {
        if (const std::string what = problem_of(key, setting.value); !what.empty())
            return problem(key, setting.source, what);
        gathered.values.insert_or_assign(std::string{key.variable}, std::move(setting));
    }

    void problem(const Key& key, const std::string& name, const std::string& what) {
        gathered.problems.push_back({"", name, what, std::string{key.variable}});
    }
};

std::string_view without_file(std::string_view name) {
    if (name.ends_with(file_suffix)) name.remove_suffix(file_suffix.size());
    return name;
}

}  // namespace

Gathered from_environment() {
    EnvironmentReader reader;
    for (const Key& key : keys()) reader.read(key);
    return std::move(reader.gathered);
}

std::vector<std::string> unknown_variables() {
    constexpr std::array ours{"VAPI_", "TWILIO_",  "STRIPE_",    "RESEND_",         "SUPABASE_",
                              "S3_",   "WEBHOOK_", "LIVE_TOKEN", "CALLFLEX_WORKER_"};
    std::vector<std::string> unknown;
    for (char** entry = ::environ; *entry != nullptr; ++entry) {
        const std::string_view line{*entry};
        const std::string_view name = line.substr(0, line.find('='));
        const bool looks_ours =
            std::ranges::any_of(ours, [&](const char* prefix) { return name.starts_with(prefix); });
        if (looks_ours && find_variable(name) == nullptr && find_variable(without_file(name)) == nullptr)
            unknown.emplace_back(name);
    }
    std::ranges::sort(unknown);
    return unknown;
}

}  // namespace callflex::config
