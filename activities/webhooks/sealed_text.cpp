#include "activities/webhooks/sealed_text.hpp"

#include <fmt/format.h>
#include <sodium.h>

namespace callflex::webhooks {

std::string to_hex(std::string_view bytes) {
    std::string hex(bytes.size() * 2 + 1, '\0');
    sodium_bin2hex(hex.data(), hex.size(), reinterpret_cast<const unsigned char*>(bytes.data()),
                   bytes.size());
    hex.pop_back();
    return hex;
}

std::string from_hex(std::string_view hex) {
    std::string bytes(hex.size() / 2, '\0');
    std::size_t size = 0;
    sodium_hex2bin(reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), hex.data(), hex.size(),
                   nullptr, &size, nullptr);
    bytes.resize(size);
    return bytes;
}

std::string secret_context(std::string_view organization_id, std::string_view endpoint_id,
                           std::string_view secret_id) {
    return fmt::format("app.webhook_endpoint_secrets/{}/{}/{}", organization_id, endpoint_id, secret_id);
}

std::string headers_context(std::string_view organization_id, std::string_view endpoint_id) {
    return fmt::format("app.webhook_endpoints.headers/{}/{}", organization_id, endpoint_id);
}

}  // namespace callflex::webhooks
