#include "api/cli/payload_settings.hpp"

#include <fmt/format.h>

#include <charconv>

#include "api/cli/environment.hpp"
#include "api/cli/exit_code.hpp"
#include "engine/payloads/cipher.hpp"

namespace callflex::cli {
namespace {

constexpr const char* keys_setting = "CALLFLEX_PAYLOAD_KEYS";
constexpr const char* limit_setting = "CALLFLEX_PAYLOAD_LIMIT_KIB";

std::size_t limit_of(const Setting& setting) {
    constexpr std::size_t most = std::size_t{64} * 1024;
    std::size_t kibi = 0;
    const char* end = setting.value.data() + setting.value.size();
    const auto read = std::from_chars(setting.value.data(), end, kibi);
    if (read.ec != std::errc{} || read.ptr != end || kibi == 0 || kibi > most) {
        throw CommandError(exit_usage, fmt::format("{} must be a number from 1 to {}", setting.source, most),
                           "unset it for 2048 (2 MiB)");
    }
    return kibi * 1024;
}

}  // namespace

durable::payloads::Settings payload_settings() {
    durable::payloads::Settings settings;
    if (const auto limit = find_setting(limit_setting)) {
        settings.limits.error = limit_of(*limit);
        settings.limits.warn = settings.limits.error / 4;
    }
    const auto keys = find_setting(keys_setting);
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
