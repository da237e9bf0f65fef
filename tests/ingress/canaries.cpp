#include "tests/ingress/canaries.hpp"

#include <sodium.h>

#include <array>
#include <stdexcept>

#include "api/ingress/signature.hpp"

namespace test {
namespace {

using callflex::ingress::to_base64;
using callflex::ingress::to_hex;

std::string random_bytes() {
    if (sodium_init() < 0) throw std::runtime_error("libsodium did not start");
    std::array<char, 32> bytes{};
    randombytes_buf(bytes.data(), bytes.size());
    return {bytes.data(), bytes.size()};
}

/// Its thirds, so that what was cut is found too; in base64 at each of the three places where it may begin.
std::vector<std::string> traces_of(const std::string& secret) {
    const std::size_t length = std::max<std::size_t>(secret.size() / 3, 12);
    std::vector<std::string> traces;
    for (std::size_t at = 0; at + length <= secret.size(); at += length) {
        const std::string part = secret.substr(at, length);
        traces.push_back(part);
        traces.push_back(to_hex(part));
        for (std::size_t shift = 0; shift < 3; ++shift) {
            const std::string encoded = to_base64(std::string(shift, ' ') + part);
            traces.push_back(encoded.substr(4, (length - 4) / 3 * 4));
        }
    }
    return traces;
}

}  // namespace

std::string Canaries::token(const std::string& name) {
    const std::string value = to_hex(random_bytes());
    add(name, value);
    return value;
}

std::string Canaries::key(const std::string& name) {
    const std::string bytes = random_bytes();
    const std::string value = to_base64(bytes);
    add(name, value);
    traces_[name].push_back(bytes);
    traces_[name].push_back(to_hex(bytes));
    return value;
}

void Canaries::add(const std::string& name, const std::string& value) {
    traces_[name] = traces_of(value);
}

std::vector<std::string> Canaries::found_in(std::string_view text) const {
    std::vector<std::string> found;
    for (const auto& [name, traces] : traces_) {
        for (const std::string& trace : traces) {
            if (text.find(trace) == std::string_view::npos) continue;
            found.push_back(name);
            break;
        }
    }
    return found;
}

}  // namespace test
