// URLs that customers give us (the first line), and addresses (the rest, as bytes). An accepted URL is stored as
// what reads back as the same, and its host is an address to no resolver; no form of an address hides a denied one.

#include <arpa/inet.h>
#include <netdb.h>

#include <algorithm>
#include <cstring>

#include "activities/http/public_address.hpp"
#include "activities/webhooks/endpoint_url.hpp"
#include "tests/fuzz/fuzz.hpp"

namespace {

using namespace callflex;
namespace ip = boost::asio::ip;

/// In any spelling that the C library takes for one.
bool is_an_address(const std::string& host) {
    in_addr liberal{};
    if (::inet_aton(host.c_str(), &liberal) != 0) return true;
    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0) return false;
    ::freeaddrinfo(found);
    return true;
}

void check_url(std::string_view text) {
    try {
        const http::Url url = webhooks::endpoint_url(text, {});
        fuzz::expect(url.secure, "http needs permission");
        fuzz::expect(!is_an_address(url.host), "an accepted host is a name to every resolver");
        fuzz::expect(url.host.find('.') != std::string::npos, "an accepted host is in a domain");
        fuzz::expect(std::ranges::none_of(text, [](char c) { return c >= 0 && c <= 0x20; }),
                     "an accepted URL holds no control character or blank");
        const std::string stored = webhooks::to_text(url);
        fuzz::expect(webhooks::endpoint_url(stored, {}) == url, "what is stored is what was accepted");
    } catch (const http::BadUrl& error) {
        fuzz::expect(std::strlen(error.what()) > 1, "a refusal says something");
    }
}

void check_parser(std::string_view text) {
    try {
        const http::Url url = http::parse_url(text);
        fuzz::expect(http::parse_url(url.origin() + url.target) == url, "a URL is the same when written");
        const http::Url next = http::redirect_target(url, "/x");
        fuzz::expect(next.origin() == url.origin(), "a path leads to the same origin");
    } catch (const http::BadUrl&) {
        return;
    }
}

void check_address(std::string_view bytes) {
    if (bytes.size() < 16) return;
    ip::address_v6::bytes_type six{};
    std::ranges::copy(bytes.substr(0, 16), six.begin());
    const ip::address_v6 address{six};
    const bool denied = http::denied_range(address).has_value();
    if (const auto inner = http::inner_v4(address)) {
        fuzz::expect(denied || !http::denied_range(*inner), "no form hides a denied address");
    }
    const ip::address_v4 four{{six[12], six[13], six[14], six[15]}};
    const auto mapped = ip::make_address_v6(ip::v4_mapped, four);
    fuzz::expect(!http::denied_range(four) || http::denied_range(mapped), "mapping makes nothing public");
    const bool special = four.is_loopback() || four.is_multicast() || four.is_unspecified();
    fuzz::expect(!special || http::denied_range(four), "what is special is denied");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view rest = fuzz::text(data, size);
    const std::string_view line = fuzz::take_line(rest);
    check_url(line);
    check_parser(line);
    check_address(rest);
    return 0;
}
