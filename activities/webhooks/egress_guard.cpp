#include "activities/webhooks/egress_guard.hpp"

#include <ifaddrs.h>
#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <stdexcept>

namespace callflex::webhooks {
namespace {

using http::Admission;
using http::Network;

/// An IPv4 address in any of its forms is the IPv4 address.
boost::asio::ip::address plain(const boost::asio::ip::address& address) {
    if (address.is_v4()) return address;
    const auto inner = http::inner_v4(address.to_v6());
    return inner ? boost::asio::ip::address{*inner} : address;
}

http::LookedUp look_up_now(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_family = AF_UNSPEC;
    addrinfo* list = nullptr;
    const int rc = ::getaddrinfo(host.c_str(), nullptr, &hints, &list);
    if (rc != 0) return {.problem = ::gai_strerror(rc), .addresses = {}};
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{list, &::freeaddrinfo};
    http::LookedUp found;
    for (const addrinfo* entry = list; entry != nullptr; entry = entry->ai_next) {
        boost::asio::ip::tcp::endpoint endpoint;
        if (entry->ai_addrlen > endpoint.capacity()) continue;
        std::copy_n(reinterpret_cast<const char*>(entry->ai_addr), entry->ai_addrlen,
                    reinterpret_cast<char*>(endpoint.data()));
        found.addresses.push_back(endpoint.address());
    }
    if (found.addresses.empty()) found.problem = "no address";
    return found;
}

}  // namespace

std::vector<std::string> own_addresses() {
    ifaddrs* list = nullptr;
    if (::getifaddrs(&list) != 0) return {};
    const std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> owner{list, &::freeifaddrs};
    std::vector<std::string> addresses;
    for (const ifaddrs* entry = list; entry != nullptr; entry = entry->ifa_next) {
        const int family = entry->ifa_addr == nullptr ? AF_UNSPEC : entry->ifa_addr->sa_family;
        if (family != AF_INET && family != AF_INET6) continue;
        std::array<char, NI_MAXHOST> text{};
        const socklen_t length = family == AF_INET ? sizeof(sockaddr_in) : sizeof(sockaddr_in6);
        const int rc =
            ::getnameinfo(entry->ifa_addr, length, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST);
        const std::string address{text.data()};
        if (rc == 0) addresses.push_back(address.substr(0, address.find('%')));
    }
    return addresses;
}

EgressGuard::EgressGuard(const WebhookConfig& config)
    : allow_private_(config.allow_private), places_(std::make_shared<Places>(config.per_address)) {
    for (const std::string& text : config.deny) {
        const auto network = Network::parse(text);
        if (!network) throw std::invalid_argument("WEBHOOK_DENY: not a network: " + text);
        denied_.push_back(*network);
    }
    if (allow_private_) return;
    for (const std::string& address : own_addresses()) deny(address);
}

void EgressGuard::deny(const std::string& address) {
    const auto network = Network::parse(address);
    if (!network || allow_private_) return;
    const std::lock_guard lock{mutex_};
    denied_.push_back(*network);
}

std::string EgressGuard::refusal(const http::Addresses& addresses) const {
    const std::lock_guard lock{mutex_};
    for (const auto& given : addresses) {
        const auto why = allow_private_ ? std::nullopt : http::denied_range(given);
        if (why) return "one of its addresses is not public (" + *why + ")";
        const auto address = plain(given);
        const bool denied =
            std::ranges::any_of(denied_, [&](const Network& network) { return network.contains(address); });
        if (denied) return "one of its addresses is one of ours, or denied by configuration";
    }
    return {};
}

Admission EgressGuard::admit(const http::Addresses& addresses) {
    if (addresses.empty()) return {Admission::Verdict::forbidden, "no address", nullptr};
    if (std::string why = refusal(addresses); !why.empty())
        return {Admission::Verdict::forbidden, std::move(why), nullptr};
    // The first one stands for them all: names of one server have the same ones, in whatever order.
    const auto first = *std::ranges::min_element(addresses);
    auto place = places_->take(plain(first).to_string());
    if (!place) return {Admission::Verdict::busy, "too many tries at its address at once", nullptr};
    return {Admission::Verdict::granted, {}, std::move(place)};
}

http::LookUp parallel_look_up(int threads) {
    auto pool = std::make_shared<boost::asio::thread_pool>(static_cast<std::size_t>(threads));
    return [pool = std::move(pool)](const std::string& host, std::function<void(http::LookedUp)> done) {
        boost::asio::post(*pool, [host, done = std::move(done)] { done(look_up_now(host)); });
    };
}

}  // namespace callflex::webhooks
