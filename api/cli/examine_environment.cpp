#include <fmt/format.h>

#include <algorithm>

#include "activities/config.hpp"
#include "activities/http/url.hpp"
#include "activities/secrets/secret_box.hpp"
#include "api/cli/environment.hpp"
#include "api/cli/findings.hpp"
#include "api/cli/known_settings.hpp"

namespace callflex::cli {
namespace {

constexpr std::size_t live_key_bytes_min = 32;

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

struct Gathered {
    Listing given;
    Listing missing;
    Listing wanted;  ///< what is missing, with what it is for
};

Gathered gather(const SettingsGroup& group) {
    Gathered all;
    for (const auto& variable : group.required) {
        if (const auto setting = find_setting(variable.name)) {
            all.given.add(setting->source);
        } else {
            all.missing.add(variable.name);
            all.wanted.add(fmt::format("{} ({})", variable.name, variable.purpose));
        }
    }
    return all;
}

void examine_group(Findings& findings, const SettingsGroup& group) {
    const Gathered required = gather(group);
    Listing options;
    for (const auto& variable : group.optional) {
        if (const auto setting = find_setting(variable.name)) options.add(setting->source);
    }
    const std::string also = options.empty() ? "" : "; also " + options.text();
    if (group.required.empty()) {
        const bool plain = options.empty();
        add(findings, Level::ok, group.name, plain ? group.without : "given: " + options.text());
    } else if (required.missing.empty()) {
        add(findings, Level::ok, group.name, "configured: " + required.given.text() + also);
    } else if (required.given.empty()) {
        add(findings, Level::note, group.name, fmt::format("not configured: {}{}", group.without, also),
            group.matters ? "set " + required.wanted.text() : "");
    } else {
        add(findings, Level::warning, group.name,
            fmt::format("{} given, but not {}: {}", required.given.text(), required.missing.text(),
                        group.without),
            "set " + required.wanted.text());
    }
}

void examine_secrets_key(Findings& findings) {
    constexpr const char* how =
        "openssl rand -base64 32, kept in a file that CALLFLEX_SECRETS_KEY_FILE names";
    const auto key = find_setting("CALLFLEX_SECRETS_KEY");
    if (!key) {
        add(findings, Level::warning, "secrets key",
            "CALLFLEX_SECRETS_KEY is missing: organizations' own secrets cannot be opened", how);
        return;
    }
    try {
        const SecretBox box{key->value};
        add(findings, Level::ok, "secrets key", "from " + key->source);
    } catch (const SecretError& error) {
        add(findings, Level::problem, "secrets key", fmt::format("{}: {}", key->source, error.what()), how);
    }
}

/// What the workers would refuse to start with. Problems are "NAME: what is expected".
void examine_worker_shapes(Findings& findings) {
    try {
        static_cast<void>(vendor_config(process_environment()));
    } catch (const ConfigError& error) {
        for (const auto& problem : error.problems()) {
            const auto colon = problem.find(": ");
            add(findings, Level::problem, problem.substr(0, colon), problem.substr(colon + 2),
                "correct it: workers do not start with it");
        }
    }
}

void expect(Findings& findings, const std::string& name, bool (*fits)(const std::string&),
            const char* expected) {
    const auto setting = find_setting(name);
    if (setting && !fits(setting->value))
        add(findings, Level::problem, name, fmt::format("{}: expected {}", setting->source, expected),
            "correct it");
}

bool is_origin(const std::string& text) {
    try {
        const auto url = http::parse_url(text);
        return url.target.empty() || url.target == "/";
    } catch (const http::BadUrl&) {
        return false;
    }
}

bool is_listen_address(const std::string& text) {
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == text.size() || text.size() - colon > 6)
        return false;
    const std::string port = text.substr(colon + 1);
    const bool digits = std::ranges::all_of(port, [](char c) { return c >= '0' && c <= '9'; });
    return digits && std::stoi(port) <= 65535;
}

bool is_rate(const std::string& text) {
    return !text.empty() && text.size() <= 7 &&
           std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

/// Each of several, separated by commas, begins with "whsec_".
bool are_stripe_secrets(const std::string& text) {
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(',', begin), text.size());
        if (!text.substr(begin, end - begin).starts_with("whsec_")) return false;
        begin = end + 1;
    }
    return true;
}

bool are_long_keys(const std::string& text) {
    for (std::size_t begin = 0; begin <= text.size();) {
        const auto end = std::min(text.find(',', begin), text.size());
        if (end - begin < live_key_bytes_min) return false;
        begin = end + 1;
    }
    return true;
}

bool is_header_name(const std::string& text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c == '-' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    });
}

void examine_ingress_shapes(Findings& findings) {
    expect(findings, "APP_URL", is_origin, "an origin such as https://app.example, without a path");
    expect(findings, "CALLFLEX_LISTEN", is_listen_address, "address:port, such as 127.0.0.1:8080");
    expect(findings, "CALLFLEX_REQUESTS_PER_MINUTE", is_rate, "a whole number");
    expect(findings, "CALLFLEX_QUESTIONS_PER_MINUTE", is_rate, "a whole number");
    expect(findings, "STRIPE_WEBHOOK_SECRET", are_stripe_secrets,
           "one or several that begin with whsec_, separated by commas");
    expect(findings, "LIVE_TOKEN_KEY", are_long_keys,
           "at least 32 characters, as openssl rand -base64 32 gives");
    expect(findings, "VAPI_SIGNATURE_HEADER", is_header_name, "the name of a header");
}

void examine_dangers(Findings& findings) {
    const auto allowed = find_setting("WEBHOOK_ALLOW_PRIVATE");
    if (allowed && allowed->value == "1") {
        add(findings, Level::warning, "webhooks",
            "WEBHOOK_ALLOW_PRIVATE=1: customers' endpoints may be addresses of this network",
            "unset it anywhere but in development");
    }
    for (const auto& name : unknown_variables()) {
        add(findings, Level::warning, name, "is set, and nothing reads a variable of this name",
            "correct the name, or unset it");
    }
}

}  // namespace

void examine_environment(Findings& findings) {
    const auto database = find_setting("DATABASE_URL");
    if (database) add(findings, Level::ok, "database", "address from " + database->source);
    examine_secrets_key(findings);
    for (const auto& group : settings_groups()) examine_group(findings, group);
    examine_worker_shapes(findings);
    examine_ingress_shapes(findings);
    examine_dangers(findings);
}

}  // namespace callflex::cli
