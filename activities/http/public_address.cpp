#include "activities/http/public_address.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace callflex::http {
namespace {

using boost::asio::ip::address;
using boost::asio::ip::address_v4;
using boost::asio::ip::address_v6;

struct DeniedV4 {
    std::uint32_t first;
    unsigned prefix_bits;
    std::string_view what;
};

constexpr std::uint32_t v4(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
    return a << 24U | b << 16U | c << 8U | d;
}

// IANA's special-purpose registry, and what is public there but never a customer's server.
constexpr std::array denied_v4{
    DeniedV4{v4(0, 0, 0, 0), 8, "this network"},
    DeniedV4{v4(10, 0, 0, 0), 8, "private network"},
    DeniedV4{v4(100, 64, 0, 0), 10, "carrier-grade NAT"},
    DeniedV4{v4(127, 0, 0, 0), 8, "loopback"},
    DeniedV4{v4(168, 63, 129, 16), 32, "cloud metadata"},
    DeniedV4{v4(169, 254, 0, 0), 16, "link-local"},
    DeniedV4{v4(172, 16, 0, 0), 12, "private network"},
    DeniedV4{v4(192, 0, 0, 0), 24, "IETF protocols"},
    DeniedV4{v4(192, 0, 2, 0), 24, "documentation"},
    DeniedV4{v4(192, 31, 196, 0), 24, "AS112"},
    DeniedV4{v4(192, 52, 193, 0), 24, "AMT"},
    DeniedV4{v4(192, 88, 99, 0), 24, "6to4 relay"},
    DeniedV4{v4(192, 168, 0, 0), 16, "private network"},
    DeniedV4{v4(192, 175, 48, 0), 24, "AS112"},
    DeniedV4{v4(198, 18, 0, 0), 15, "benchmarking"},
    DeniedV4{v4(198, 51, 100, 0), 24, "documentation"},
    DeniedV4{v4(203, 0, 113, 0), 24, "documentation"},
    DeniedV4{v4(224, 0, 0, 0), 4, "multicast"},
    DeniedV4{v4(240, 0, 0, 0), 4, "reserved"},
};

struct DeniedV6 {
    std::array<std::uint8_t, 6> first;  ///< no range here needs more
    unsigned prefix_bits;
    std::string_view what;
};

// Inside of 2000::/3; everything outside of it is denied anyway, but deserves its name.
constexpr std::array denied_v6{
    DeniedV6{{0x20, 0x01, 0x0d, 0xb8}, 32, "documentation"},
    DeniedV6{{0x20, 0x01, 0x00}, 23, "IETF protocols"},
    DeniedV6{{0x26, 0x20, 0x00, 0x4f, 0x80, 0x00}, 48, "AS112"},
    DeniedV6{{0x3f, 0xff, 0x00}, 20, "documentation"},
    DeniedV6{{0xfc}, 7, "unique local network"},
    DeniedV6{{0xfe, 0x80}, 10, "link-local"},
    DeniedV6{{0xfe, 0xc0}, 10, "site-local"},
    DeniedV6{{0xff}, 8, "multicast"},
    DeniedV6{{0x00, 0x64, 0xff, 0x9b, 0x00, 0x01}, 48, "local NAT64"},
    DeniedV6{{0x01, 0x00}, 8, "discard-only"},
};

bool same_beginning(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b, unsigned bits) {
    for (unsigned i = 0; i * 8 < bits; ++i) {
        const unsigned wanted = std::min(8U, bits - i * 8);
        const unsigned mask = 0xFFU & (0xFFU << (8U - wanted));
        if (((a[i] ^ b[i]) & mask) != 0) return false;
    }
    return true;
}

std::optional<std::string> denied(const address_v4& address) {
    for (const DeniedV4& range : denied_v4) {
        const unsigned rest = 32 - range.prefix_bits;
        if ((address.to_uint() ^ range.first) >> rest == 0) return std::string{range.what};
    }
    return std::nullopt;
}

bool begins(const address_v6::bytes_type& bytes, std::initializer_list<std::uint8_t> beginning) {
    return std::equal(beginning.begin(), beginning.end(), bytes.begin());
}

bool is_nat64(const address_v6::bytes_type& bytes) {
    return begins(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0});
}

address_v4 v4_at(const address_v6::bytes_type& bytes, std::size_t at) {
    return address_v4{{bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]}};
}

std::optional<std::string> denied(const address_v6& address) {
    if (address.scope_id() != 0) return "an address with a zone";
    if (address.is_loopback()) return "loopback";
    if (address.is_unspecified()) return "unspecified";
    const auto bytes = address.to_bytes();
    const auto inner = inner_v4(address);
    if (const auto why = inner ? denied(*inner) : std::nullopt) return *why + " inside an IPv6 form of IPv4";
    // These two lead to the IPv4 address itself; the others also have to be good as what they are.
    if (address.is_v4_mapped() || is_nat64(bytes)) return std::nullopt;
    for (const DeniedV6& range : denied_v6) {
        std::array<std::uint8_t, 16> first{};
        std::ranges::copy(range.first, first.begin());
        if (same_beginning(bytes, first, range.prefix_bits)) return std::string{range.what};
    }
    const bool global_unicast = (bytes[0] & 0xE0U) == 0x20U;
    return global_unicast ? std::nullopt : std::optional<std::string>{"not a global unicast address"};
}

}  // namespace

std::optional<address_v4> inner_v4(const address_v6& address) {
    const auto bytes = address.to_bytes();
    if (address.is_v4_mapped() || is_nat64(bytes)) return v4_at(bytes, 12);
    if (begins(bytes, {0x20, 0x02})) return v4_at(bytes, 2);  // 6to4
    // Translated (::ffff:0:a.b.c.d) and compatible (::a.b.c.d), both obsolete.
    if (begins(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0})) return v4_at(bytes, 12);
    if (begins(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) return v4_at(bytes, 12);
    const bool isatap = (bytes[8] & 0xFDU) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
    if (isatap) return v4_at(bytes, 12);
    return std::nullopt;
}

std::optional<std::string> denied_range(const address& address) {
    return address.is_v4() ? denied(address.to_v4()) : denied(address.to_v6());
}

std::optional<Network> Network::parse(std::string_view text) {
    const auto slash = text.find('/');
    boost::system::error_code error;
    const auto first = boost::asio::ip::make_address(std::string{text.substr(0, slash)}, error);
    if (error) return std::nullopt;
    const unsigned width = first.is_v4() ? 32 : 128;
    if (slash == std::string_view::npos) return Network{first, width};
    const std::string_view digits = text.substr(slash + 1);
    unsigned bits = 0;
    const auto [end, wrong] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
    const bool whole = !digits.empty() && wrong == std::errc{} && end == digits.data() + digits.size();
    if (!whole || bits > width) return std::nullopt;
    return Network{first, bits};
}

bool Network::contains(const address& address) const {
    if (address.is_v4() != first.is_v4()) return false;
    if (address.is_v4()) {
        const auto a = address.to_v4().to_bytes();
        const auto b = first.to_v4().to_bytes();
        return same_beginning(a, b, prefix_bits);
    }
    return same_beginning(address.to_v6().to_bytes(), first.to_v6().to_bytes(), prefix_bits);
}

}  // namespace callflex::http
