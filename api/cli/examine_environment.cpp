#include <fmt/format.h>

#include <algorithm>

#include "api/cli/findings.hpp"
#include "api/config/examine.hpp"

namespace callflex::cli {
namespace {

using config::Section;
using config::Settings;

void add(Findings& findings, Level level, std::string name, std::string what, std::string remedy = {}) {
    findings.push_back({"environment", level, std::move(name), std::move(what), std::move(remedy)});
}

/// Names with what they are for, separated by commas.
class Listing {
  public:
    void add(const std::string& item) { text_ += (text_.empty() ? "" : ", ") + item; }
    [[nodiscard]] bool empty() const { return text_.empty(); }
    [[nodiscard]] const std::string& text() const { return text_; }

  private:
    std::string text_;
};

/// Where a setting comes from, by its name: "TWILIO_AUTH_TOKEN_FILE", "twilio.auth_token (…/callflex.toml:12)".
std::string told(const config::Key& key, const config::Setting& setting) {
    const bool named = setting.source.find(key.variable) != std::string::npos;
    return named ? setting.source : fmt::format("{} ({})", full_name(key), setting.source);
}

struct Gathered {
    bool has_required = false;
    Listing given;
    Listing missing;
    Listing wanted;   ///< what is missing, with what it is for
    Listing options;  ///< what is given besides
};

Gathered gather(const Settings& settings, const Section& section) {
    Gathered all;
    for (const auto& key : config::keys()) {
        if (key.section != section.name) continue;
        all.has_required = all.has_required || key.required;
        const auto setting = settings.peek(key.variable);
        if (setting) {
            (key.required ? all.given : all.options).add(told(key, *setting));
        } else if (key.required) {
            all.missing.add(std::string{key.variable});
            all.wanted.add(fmt::format("{} ({})", key.variable, key.help));
        }
    }
    return all;
}

void examine_section(Findings& findings, const Settings& settings, const Section& section) {
    const std::string title{section.title};
    const Gathered all = gather(settings, section);
    const std::string also = all.options.empty() ? "" : "; also " + all.options.text();
    if (!all.has_required) {
        add(findings, Level::ok, title,
            all.options.empty() ? std::string{section.without} : "given: " + all.options.text());
    } else if (all.missing.empty()) {
        add(findings, Level::ok, title, "configured: " + all.given.text() + also);
    } else if (all.given.empty()) {
        add(findings, Level::note, title, fmt::format("not configured: {}{}", section.without, also),
            section.matters ? "set " + all.wanted.text() : "");
    } else {
        add(findings, Level::warning, title,
            fmt::format("{} given, but not {}: {}", all.given.text(), all.missing.text(), section.without),
            "set " + all.wanted.text());
    }
}

void examine_file(Findings& findings, const Settings& settings) {
    const bool none = settings.file().empty();
    add(findings, Level::ok, "configuration file",
        none ? fmt::format("none ({} is not there)", config::default_file) : settings.file().string());
}

void examine_database_address(Findings& findings, const Settings& settings) {
    const auto database = settings.peek("DATABASE_URL");
    if (database) add(findings, Level::ok, "database", "address from " + database->source);
}

bool is_secrets_key(const config::Problem& problem) {
    return problem.variable == "CALLFLEX_SECRETS_KEY";
}

void examine_secrets_key(Findings& findings, const Settings& settings,
                         std::span<const config::Problem> problems) {
    constexpr const char* how =
        "openssl rand -base64 32, kept in a file that CALLFLEX_SECRETS_KEY_FILE names, or as a credential";
    const auto wrong = std::ranges::find_if(problems, is_secrets_key);
    if (wrong != problems.end()) {
        add(findings, Level::problem, "secrets key", wrong->text(), how);
    } else if (const auto key = settings.peek("CALLFLEX_SECRETS_KEY")) {
        add(findings, Level::ok, "secrets key", "from " + key->source);
    } else {
        add(findings, Level::warning, "secrets key",
            "CALLFLEX_SECRETS_KEY is missing: organizations' own secrets cannot be opened", how);
    }
}

/// What the workers would refuse to start with.
void add_problems(Findings& findings, std::span<const config::Problem> problems) {
    for (const auto& problem : problems) {
        if (is_secrets_key(problem)) continue;
        const std::string where = problem.place.empty() ? "" : problem.place + ": ";
        add(findings, Level::problem, problem.name.empty() ? "configuration file" : problem.name,
            where + problem.what, "correct it: workers do not start with it");
    }
}

void examine_dangers(Findings& findings, const Settings& settings) {
    const auto allowed = settings.peek("WEBHOOK_ALLOW_PRIVATE");
    if (allowed && allowed->value == "1") {
        add(findings, Level::warning, "webhooks",
            "WEBHOOK_ALLOW_PRIVATE=1: customers' endpoints may be addresses of this network",
            "unset it anywhere but in development");
    }
    for (const auto& key : config::keys()) {
        const auto setting = settings.peek(key.variable);
        if (!setting || setting->exposed_by.empty()) continue;
        add(findings, Level::warning, setting->source,
            fmt::format("names {}, which every user of this machine may read", setting->exposed_by),
            "chmod 0640, or 0600");
    }
    for (const auto& name : config::unknown_variables()) {
        add(findings, Level::warning, name, "is set, and nothing reads a variable of this name",
            "correct the name, or unset it");
    }
}

}  // namespace

void examine_environment(Findings& findings, const Settings& settings) {
    const auto problems = config::problems_of_workers(settings);
    examine_file(findings, settings);
    examine_database_address(findings, settings);
    examine_secrets_key(findings, settings, problems);
    for (const auto& section : config::sections()) {
        if (!section.without.empty()) examine_section(findings, settings, section);
    }
    add_problems(findings, problems);
    examine_dangers(findings, settings);
}

}  // namespace callflex::cli
