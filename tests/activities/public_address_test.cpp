// Which addresses a customer may send us to.

#include <doctest/doctest.h>

#include "activities/http/public_address.hpp"
#include "activities/webhooks/egress_guard.hpp"

using namespace callflex;
using callflex::http::denied_range;
using callflex::http::Network;

namespace {

boost::asio::ip::address ip(const std::string& text) {
    return boost::asio::ip::make_address(text);
}

WebhookConfig closed() {
    WebhookConfig config;
    config.deny = {"9.9.9.0/24", "2620:fe::/48"};
    return config;
}

}  // namespace

TEST_CASE("S-61: every special range is denied, at both of its ends") {
    for (const auto* text : {"0.0.0.0",
                             "0.255.255.255",
                             "10.0.0.0",
                             "10.255.255.255",
                             "100.64.0.0",
                             "100.127.255.255",
                             "127.0.0.1",
                             "127.255.255.255",
                             "168.63.129.16",
                             "169.254.0.0",
                             "169.254.169.254",
                             "169.254.255.255",
                             "172.16.0.0",
                             "172.31.255.255",
                             "192.0.0.0",
                             "192.0.0.192",
                             "192.0.2.1",
                             "192.31.196.1",
                             "192.52.193.1",
                             "192.88.99.1",
                             "192.168.0.0",
                             "192.168.255.255",
                             "192.175.48.1",
                             "198.18.0.0",
                             "198.19.255.255",
                             "198.51.100.7",
                             "203.0.113.255",
                             "224.0.0.1",
                             "239.255.255.255",
                             "240.0.0.0",
                             "255.255.255.255",
                             "::",
                             "::1",
                             "::2",
                             "fc00::",
                             "fdff:ffff::1",
                             "fe80::1",
                             "febf::1",
                             "fec0::1",
                             "ff02::1",
                             "2001::1",
                             "2001:1ff::1",
                             "2001:db8::1",
                             "2001:db8:ffff::1",
                             "3fff::1",
                             "3fff:fff::1",
                             "5f00::1",
                             "100::1",
                             "64:ff9b:1::1",
                             "4000::1",
                             "::ffff:0:8.8.8.8",
                             "::8.8.8.8",
                             "2620:4f:8000::1"}) {
        CAPTURE(std::string{text});
        CHECK(denied_range(ip(text)).has_value());
    }
}

TEST_CASE("S-61: what lies just outside of them is public") {
    for (const auto* text : {"1.0.0.0",
                             "1.1.1.1",
                             "8.8.8.8",
                             "9.255.255.255",
                             "11.0.0.0",
                             "100.63.255.255",
                             "100.128.0.0",
                             "126.255.255.255",
                             "128.0.0.0",
                             "168.63.129.15",
                             "168.63.129.17",
                             "169.253.255.255",
                             "169.255.0.0",
                             "172.15.255.255",
                             "172.32.0.0",
                             "192.0.1.0",
                             "192.0.3.0",
                             "192.167.255.255",
                             "192.169.0.0",
                             "198.17.255.255",
                             "198.20.0.0",
                             "198.51.101.0",
                             "203.0.112.255",
                             "203.0.114.0",
                             "223.255.255.255",
                             "2000::1",
                             "2001:200::1",
                             "2001:4860:4860::8888",
                             "2001:db7::1",
                             "2001:db9::1",
                             "2606:4700:4700::1111",
                             "3ffe::1"}) {
        CAPTURE(std::string{text});
        CHECK_FALSE(denied_range(ip(text)).has_value());
    }
}

TEST_CASE("S-61: forms that carry an IPv4 address are as good as what they carry") {
    for (const auto* form : {"::ffff:", "64:ff9b::"}) {
        const std::string prefix{form};
        for (const auto* inner : {"127.0.0.1", "10.1.2.3", "169.254.169.254", "192.168.0.1", "0.0.0.0"}) {
            CAPTURE(prefix + inner);
            CHECK(denied_range(ip(prefix + inner)).has_value());
        }
        CHECK_FALSE(denied_range(ip(prefix + "8.8.8.8")).has_value());
    }
    CHECK(denied_range(ip("2002:7f00:1::1")).has_value());     // 6to4 of 127.0.0.1
    CHECK(denied_range(ip("2002:a9fe:a9fe::1")).has_value());  // of 169.254.169.254
    CHECK_FALSE(denied_range(ip("2002:808:808::1")).has_value());
    CHECK(denied_range(ip("2606:4700::5efe:10.0.0.1")).has_value());  // ISATAP
    CHECK(denied_range(ip("2606:4700::200:5efe:127.0.0.1")).has_value());
    CHECK(denied_range(ip("fe80::5efe:8.8.8.8")).has_value());
}

TEST_CASE("networks are read exactly, and never match across families") {
    CHECK_FALSE(Network::parse("10.0.0.0/33"));
    CHECK_FALSE(Network::parse("10.0.0/8"));
    CHECK_FALSE(Network::parse("10.0.0.0/"));
    CHECK_FALSE(Network::parse("10.0.0.0/8x"));
    CHECK_FALSE(Network::parse("somewhere"));
    const auto everything = Network::parse("0.0.0.0/0");
    REQUIRE(everything);
    CHECK(everything->contains(ip("203.0.113.5")));
    CHECK_FALSE(everything->contains(ip("::ffff:203.0.113.5")));
    CHECK(Network::parse("2001:db8::/32")->contains(ip("2001:db8:ffff::1")));
    CHECK(Network::parse("198.51.100.7")->contains(ip("198.51.100.7")));
    CHECK_FALSE(Network::parse("198.51.100.7")->contains(ip("198.51.100.8")));
}

TEST_CASE(
    "S-61: one address among many that is not public refuses the host; so do our own and the database's") {
    const auto guard = std::make_shared<webhooks::EgressGuard>(closed());
    using Verdict = http::Admission::Verdict;
    CHECK(guard->admit({ip("1.1.1.1"), ip("2606:4700:4700::1111")}).verdict == Verdict::granted);
    CHECK(guard->admit({ip("1.1.1.1"), ip("127.0.0.1")}).verdict == Verdict::forbidden);
    CHECK(guard->admit({ip("127.0.0.1"), ip("1.1.1.1")}).verdict == Verdict::forbidden);
    CHECK(guard->admit({}).verdict == Verdict::forbidden);
    CHECK(guard->admit({ip("9.9.9.9")}).verdict == Verdict::forbidden);
    CHECK(guard->admit({ip("2620:fe::fe")}).verdict == Verdict::forbidden);
    CHECK(guard->admit({ip("64:ff9b::9.9.9.9")}).verdict == Verdict::forbidden);
    guard->deny("8.8.4.4");
    CHECK(guard->admit({ip("8.8.4.4")}).verdict == Verdict::forbidden);
    CHECK(guard->admit({ip("::ffff:8.8.4.4")}).verdict == Verdict::forbidden);
    CHECK_FALSE(webhooks::own_addresses().empty());
}

TEST_CASE("S-69: a hundred endpoints at one address get a few connections at once, the others wait") {
    WebhookConfig config;
    config.per_address = 4;
    webhooks::EgressGuard guard{config};
    using Verdict = http::Admission::Verdict;
    std::vector<http::Admission> granted;
    int busy = 0;
    for (int endpoint = 0; endpoint < 100; ++endpoint) {
        auto admission = guard.admit(endpoint % 2 == 0 ? http::Addresses{ip("1.1.1.1"), ip("1.0.0.1")}
                                                       : http::Addresses{ip("1.0.0.1"), ip("1.1.1.1")});
        if (admission.verdict == Verdict::granted)
            granted.push_back(std::move(admission));
        else
            ++busy;
    }
    CHECK(granted.size() == 4);
    CHECK(busy == 96);
    CHECK(guard.admit({ip("8.8.8.8")}).verdict == Verdict::granted);
    granted.pop_back();
    CHECK(guard.admit({ip("1.0.0.1")}).verdict == Verdict::granted);
}
