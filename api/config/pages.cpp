#include "api/config/pages.hpp"

#include <fmt/format.h>

#include "api/config/keys.hpp"
#include "api/config/values.hpp"

namespace callflex::config {
namespace {

constexpr std::string_view defaults_head =
    "# CallFlex: its configuration. Lines that begin with #key are defaults: take the # away to change one.\n"
    "# The environment's variable, in brackets, overrides what stands here. Secrets may stand in files of "
    "their own:\n"
    "# auth_token_file = \"/path\" instead of auth_token; or as systemd credentials, which is better.\n"
    "# callflex config check: is it right?   callflex config print: what is in force, and where it comes "
    "from.\n";

/// What may be given: "1s to 10m", "text, json".
std::string allowed(const Key& key) {
    switch (key.kind) {
        case Kind::number:
        case Kind::seconds:
        case Kind::hours:
        case Kind::kib:
            return fmt::format("{} to {}", for_people(key, std::to_string(key.least)),
                               for_people(key, std::to_string(key.most)));
        case Kind::choice:
            return std::string{key.choices};
        default:
            return "";
    }
}

std::string explained(const Key& key) {
    const std::string range = allowed(key);
    return range.empty() ? std::string{key.help} : fmt::format("{} ({})", key.help, range);
}

std::string example(const Key& key) {
    return in_file(key, key.standard);
}

}  // namespace

std::string defaults_file() {
    std::string text{defaults_head};
    for (const Section& section : sections()) {
        text += fmt::format("\n[{}]\n", section.name);
        for (const Key& key : keys()) {
            if (key.section != section.name) continue;
            text +=
                fmt::format("# {} [{}]\n#{} = {}\n", explained(key), key.variable, key.name, example(key));
        }
    }
    return text;
}

std::string documentation() {
    std::string text;
    for (const Section& section : sections()) {
        text += fmt::format("### [{}]\n\n", section.name);
        if (!section.without.empty()) text += fmt::format("Without it: {}.\n\n", section.without);
        text += "| key | variable | default | what it is |\n| --- | --- | --- | --- |\n";
        for (const Key& key : keys()) {
            if (key.section != section.name) continue;
            const std::string standard = key.standard.empty() ? "" : fmt::format("`{}`", example(key));
            text += fmt::format("| `{}` | `{}` | {} | {}{} |\n", key.name, key.variable, standard,
                                is_secret(key) ? "**secret**: " : "", explained(key));
        }
        text += "\n";
    }
    return text;
}

}  // namespace callflex::config
