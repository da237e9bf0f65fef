#include "api/cli/payload_settings.hpp"

#include "api/cli/exit_code.hpp"
#include "engine/payloads/cipher.hpp"

namespace callflex::cli {
namespace {

constexpr const char* keys_setting = "CALLFLEX_PAYLOAD_KEYS";
constexpr const char* limit_setting = "CALLFLEX_PAYLOAD_LIMIT_KIB";

}  // namespace

durable::payloads::Settings payload_settings(const Session& session) {
    durable::payloads::Settings settings;
    if (session.settings().find(limit_setting)) {
        constexpr std::size_t bytes_a_kib = 1024;
        settings.limits.error =
            static_cast<std::size_t>(session.settings().number(limit_setting)) * bytes_a_kib;
        settings.limits.warn = settings.limits.error / 4;
    }
    const auto keys = session.settings().find(keys_setting);
    if (!keys) return settings;
    try {
        settings.keys = std::make_shared<const durable::payloads::MasterKeys>(keys->value, keys->source);
    } catch (const durable::payloads::KeyError& error) {
        throw CommandError(exit_usage, error.what(),
                           "expected \"<id>:<base64 of 32 bytes>\", several separated by commas");
    }
    return settings;
}

}  // namespace callflex::cli
