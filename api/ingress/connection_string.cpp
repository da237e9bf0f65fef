#include "api/ingress/connection_string.hpp"

#include <utility>

namespace callflex::ingress {

std::string connection_string(std::string_view configured) {
    static constexpr std::pair<std::string_view, std::string_view> wanted[] = {
        {"connect_timeout", "5"},     {"tcp_user_timeout", "10000"}, {"keepalives_idle", "10"},
        {"keepalives_interval", "5"}, {"keepalives_count", "3"},     {"application_name", "callflex-ingress"},
    };
    const bool uri = configured.starts_with("postgresql://") || configured.starts_with("postgres://");
    std::string out{configured};
    for (const auto& [name, value] : wanted) {
        if (configured.find(name) != std::string_view::npos) continue;
        const char separator = !uri ? ' ' : out.find('?') == std::string::npos ? '?' : '&';
        out.append(1, separator).append(name).append("=").append(value);
    }
    return out;
}

}  // namespace callflex::ingress
