#include "api/config/examine.hpp"

#include <algorithm>

#include "activities/config.hpp"
#include "activities/secrets/secret_box.hpp"
#include "engine/payloads/cipher.hpp"

namespace callflex::config {
namespace {

/// One problem a setting is enough.
void add(std::vector<Problem>& problems, Problem problem) {
    const bool told = std::ranges::find(problems, problem.variable, &Problem::variable) != problems.end();
    if (!told) problems.push_back(std::move(problem));
}

}  // namespace

std::vector<Problem> problems_of_any(const Settings& settings) {
    std::vector<Problem> problems{settings.problems().begin(), settings.problems().end()};
    const auto value = settings.environment();
    if (const auto keys = value("CALLFLEX_PAYLOAD_KEYS")) {
        try {
            static_cast<void>(durable::payloads::MasterKeys{*keys, "payloads.keys"});
        } catch (const durable::payloads::KeyError&) {
            add(problems,
                settings.problem_with("CALLFLEX_PAYLOAD_KEYS",
                                      "expected \"<id>:<base64 of 32 bytes>\", several separated by commas"));
        }
    }
    if (const auto key = value("CALLFLEX_SECRETS_KEY")) {
        try {
            static_cast<void>(SecretBox{*key});
        } catch (const SecretError&) {
            add(problems, settings.problem_with("CALLFLEX_SECRETS_KEY",
                                                "expected the base64 of 32 bytes, as openssl "
                                                "rand -base64 32 gives; several as \"<id>:<base64>\""));
        }
    }
    return problems;
}

std::vector<Problem> problems_of_workers(const Settings& settings) {
    std::vector<Problem> problems = problems_of_any(settings);
    try {
        static_cast<void>(vendor_config(settings.environment()));
    } catch (const ConfigError& error) {
        for (const std::string& problem : error.problems()) {
            const auto colon = problem.find(": ");
            add(problems, settings.problem_with(problem.substr(0, colon), problem.substr(colon + 2)));
        }
    }
    return problems;
}

}  // namespace callflex::config
