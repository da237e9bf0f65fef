#include "api/dev/keys.hpp"

#include <sodium.h>

#include <fstream>
#include <stdexcept>
#include <utility>

namespace callflex {
namespace {

std::string random_key() {
    unsigned char bytes[crypto_secretbox_KEYBYTES];
    randombytes_buf(bytes, sizeof bytes);
    char text[sodium_base64_ENCODED_LEN(sizeof bytes, sodium_base64_VARIANT_ORIGINAL)];
    sodium_bin2base64(text, sizeof text, bytes, sizeof bytes, sodium_base64_VARIANT_ORIGINAL);
    return text;
}

std::string kept_key(const std::filesystem::path& file) {
    if (std::string key; std::getline(std::ifstream{file} >> std::ws, key)) return key;
    const std::string key = random_key();
    std::ofstream{file} << key << '\n';
    std::filesystem::permissions(file,
                                 std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
    return key;
}

}  // namespace

std::string dev_secrets_key(const std::filesystem::path& data, bool ephemeral) {
    if (sodium_init() < 0) throw std::runtime_error("libsodium did not start");
    return ephemeral ? random_key() : kept_key(data / "secrets.key");
}

DevKeys dev_keys(const std::filesystem::path& data, bool ephemeral) {
    std::string secrets_key = dev_secrets_key(data, ephemeral);
    return {std::move(secrets_key), random_key(), "whsec_" + random_key()};
}

}  // namespace callflex
