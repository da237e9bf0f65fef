#include "api/ingress/twilio_signature.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <map>
#include <set>
#include <stdexcept>
#include <vector>

#include "api/ingress/signature.hpp"

namespace callflex::ingress {

namespace {

bool same(const std::string& a, std::string_view b) {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// The URL as Twilio may have signed it: a proxy or Twilio itself may add or drop the scheme's own port.
std::vector<std::string> spellings(const std::string& url) {
    std::vector<std::string> all{url};
    const auto scheme_end = url.find("://");
    if (scheme_end == std::string::npos) return all;
    const std::string port = url.starts_with("https") ? ":443" : ":80";
    const auto host_begin = scheme_end + 3;
    const auto host_end = std::min(url.find_first_of("/?", host_begin), url.size());
    const auto colon = url.find(':', host_begin);
    if (colon == std::string::npos || colon > host_end) {
        all.push_back(url.substr(0, host_end) + port + url.substr(host_end));
    } else {
        all.push_back(url.substr(0, colon) + url.substr(host_end));
    }
    return all;
}

}  // namespace

std::string twilio_signed_text(const std::string& url, const Form& form) {
    // A repeated name counts with each of its different values once, in order.
    std::map<std::string, std::set<std::string>> sorted;
    for (const auto& [name, value] : form) sorted[name].insert(value);
    std::string text = url;
    for (const auto& [name, values] : sorted) {
        for (const std::string& value : values) text += name + value;
    }
    return text;
}

std::string hmac_sha1(std::string_view key, std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> mac{};
    unsigned size = 0;
    if (HMAC(EVP_sha1(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), mac.data(),
             &size) == nullptr) {
        throw std::runtime_error{"OpenSSL could not compute an HMAC"};
    }
    return {reinterpret_cast<const char*>(mac.data()), size};
}

bool is_from_twilio(std::string_view signature, const std::string& url, const Form& form,
                    std::span<const std::string> tokens) {
    bool found = false;
    for (const std::string& spelling : spellings(url)) {
        const std::string text = twilio_signed_text(spelling, form);
        for (const std::string& token : tokens) {
            found |= !token.empty() && same(to_base64(hmac_sha1(token, text)), signature);
        }
    }
    return found;
}

}  // namespace callflex::ingress
