#include "engine/store/deadlines.hpp"

#include <array>
#include <utility>

namespace durable::store {

std::string with_parameter(std::string connection_string, const std::string& name, const std::string& value) {
    if (connection_string.find(name + "=") != std::string::npos) return connection_string;
    const bool is_uri =
        connection_string.starts_with("postgres://") || connection_string.starts_with("postgresql://");
    if (is_uri) {
        connection_string += connection_string.find('?') == std::string::npos ? '?' : '&';
    } else if (!connection_string.empty()) {
        connection_string += ' ';
    }
    return connection_string + name + "=" + value;
}

std::string with_deadlines(const std::string& connection_string) {
    constexpr std::array<std::pair<const char*, const char*>, 5> deadlines{{{"connect_timeout", "5"},
                                                                            {"tcp_user_timeout", "10000"},
                                                                            {"keepalives_idle", "10"},
                                                                            {"keepalives_interval", "5"},
                                                                            {"keepalives_count", "3"}}};
    std::string result = connection_string;
    for (const auto& [name, value] : deadlines) result = with_parameter(std::move(result), name, value);
    return result;
}

}  // namespace durable::store
