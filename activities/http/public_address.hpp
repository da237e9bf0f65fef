#pragma once
// Which addresses of the Internet a customer may send us to. Everything that is not plainly a public unicast
// address is denied; forms that carry an IPv4 address inside (mapped, 6to4, NAT64, ISATAP) are unpacked, and the
// inner address must be public too. Pure; thread-safe.

#include <boost/asio/ip/address.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace callflex::http {

/// Addresses with a common beginning: "10.0.0.0/8", "fc00::/7", or one address.
struct Network {
    boost::asio::ip::address first;
    unsigned prefix_bits = 0;

    /// nullopt when the text is no network.
    [[nodiscard]] static std::optional<Network> parse(std::string_view text);
    /// Never across families: a mapped IPv4 address is in no IPv4 network.
    [[nodiscard]] bool contains(const boost::asio::ip::address& address) const;
};

/// What kind of place it is, for people ("loopback", "private network", "loopback inside an IPv4-mapped
/// address"); nullopt: a public address.
[[nodiscard]] std::optional<std::string> denied_range(const boost::asio::ip::address& address);

/// The IPv4 address that the form of an IPv6 address carries, if it is such a form.
[[nodiscard]] std::optional<boost::asio::ip::address_v4> inner_v4(const boost::asio::ip::address_v6& address);

}  // namespace callflex::http
