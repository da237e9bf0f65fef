#include "api/sandbox/standard_webhooks.hpp"

#include <openssl/crypto.h>

#include <charconv>
#include <sstream>

#include "api/sandbox/mac.hpp"

namespace callflex::sandbox {
namespace {

constexpr std::chrono::seconds tolerance{300};
constexpr std::string_view mark = "whsec_";

bool same(const std::string& a, const std::string& b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool signed_by(const std::string& secret, const std::string& text, const std::string& header) {
    if (!secret.starts_with(mark)) return false;
    const std::string expected = hmac(Digest::sha256, decode_base64(secret.substr(mark.size())), text);
    std::istringstream words{header};
    bool found = false;
    for (std::string word; words >> word;) {
        if (word.starts_with("v1,") && same(decode_base64(word.substr(3)), expected)) found = true;
    }
    return found;
}

}  // namespace

std::string problem_of_signature(const Ask& ask, const std::vector<std::string>& secrets,
                                 std::chrono::system_clock::time_point now) {
    const std::string id = ask.header("webhook-id");
    const std::string timestamp = ask.header("webhook-timestamp");
    const std::string header = ask.header("webhook-signature");
    if (id.empty() || timestamp.empty() || header.empty()) return "a webhook- header is missing";
    if (id.find('.') != std::string::npos) return "the id holds a dot";
    std::int64_t seconds = 0;
    const auto [end, error] = std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), seconds);
    if (error != std::errc{} || end != timestamp.data() + timestamp.size())
        return "the timestamp is no number";
    const auto age = now - std::chrono::system_clock::time_point{std::chrono::seconds{seconds}};
    if (age > tolerance || age < -tolerance) return "the timestamp is out of tolerance";
    const std::string text = id + '.' + timestamp + '.' + ask.body;
    for (const std::string& secret : secrets) {
        if (signed_by(secret, text, header)) return {};
    }
    return "no secret made this signature";
}

}  // namespace callflex::sandbox
