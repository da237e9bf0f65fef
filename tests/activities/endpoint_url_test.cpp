// URLs that customers may give us: two hundred odd ones.

#include <doctest/doctest.h>

#include "activities/webhooks/custom_headers.hpp"
#include "activities/webhooks/endpoint_url.hpp"
#include "activities/webhooks/webhook_config.hpp"

using namespace callflex;
using webhooks::endpoint_url;

namespace {

/// What is stored for it; "" when it is refused.
std::string stored(const std::string& text, webhooks::EndpointUrlRules rules = {}) {
    try {
        return webhooks::to_text(endpoint_url(text, rules));
    } catch (const http::BadUrl&) {
        return {};
    }
}

void all_refused(const std::vector<std::string>& texts) {
    for (const std::string& text : texts) {
        CAPTURE(text);
        CHECK(stored(text) == "");
    }
}

/// Around the host, everything that could be a URL.
std::vector<std::string> urls_of(const std::vector<std::string>& hosts) {
    std::vector<std::string> urls;
    for (const std::string& host : hosts) {
        urls.push_back("https://" + host + "/");
        urls.push_back("https://" + host + ":8443/hook");
    }
    return urls;
}

}  // namespace

TEST_CASE("S-60: plain https URLs are accepted, and stored as they are called") {
    CHECK(stored("https://hooks.example.com") == "https://hooks.example.com/");
    CHECK(stored("https://hooks.example.com/a/b?c=d&e=%20f") == "https://hooks.example.com/a/b?c=d&e=%20f");
    CHECK(stored("https://hooks.example.com:8443/x") == "https://hooks.example.com:8443/x");
    CHECK(stored("https://hooks.example.com:443/x") == "https://hooks.example.com/x");
    CHECK(stored("HTTPS://HOOKS.Example.COM/Path") == "https://hooks.example.com/Path");
    CHECK(stored("https://hooks.example.com?x=1") == "https://hooks.example.com/?x=1");
    CHECK(stored("https://a.b-c.d1.example.co.uk/") == "https://a.b-c.d1.example.co.uk/");
    CHECK(stored("https://1and1.com/") == "https://1and1.com/");
    CHECK(stored("https://127.0.0.1.example.com/") == "https://127.0.0.1.example.com/");
    CHECK(stored("https://localhost.example.com/") == "https://localhost.example.com/");
}

TEST_CASE("S-60: international names become A-labels, and bad ones are refused") {
    CHECK(stored("https://b\xc3\xbc"
                 "cher.example.com/") == "https://xn--bcher-kva.example.com/");
    CHECK(stored("https://B\xc3\x9c"
                 "CHER.example.com/x?y") == "https://xn--bcher-kva.example.com/x?y");
    CHECK(stored("https://xn--bcher-kva.example.com/") == "https://xn--bcher-kva.example.com/");
    CHECK(stored("https://stra\xc3\x9f"
                 "e.example.com/") == "https://xn--strae-oqa.example.com/");
    // Literals are split where a hexadecimal escape would go on.
    // NOLINTBEGIN(bugprone-suspicious-missing-comma)
    all_refused(
        {"https://b\xc3\xbc"
         "cher.exam\x04ple.com/",
         std::string{"https://b\xc3\xbc"
                     "cher.example.com\0.evil.com/",
                     38},
         "https://xn--a.example.com/", "https://xn--\xc3\xbc.example.com/", "https://\xff\xfe.example.com/",
         "https://\xe2\x80\xae"
         "example.com/",
         "https://exa\xe2\x80\x8bmple.com:22/",
         // Full-width digits and dots become 127.0.0.1 when they are mapped.
         "https://\xef\xbc\x91\xef\xbc\x92\xef\xbc\x97.0.0.1/",
         "https://127\xe3\x80\x82"
         "0\xe3\x80\x82"
         "0\xe3\x80\x82"
         "1/",
         "https://"
         "\xe2\x93\x9b\xe2\x93\x9e\xe2\x93\x92\xe2\x93\x90\xe2\x93\x9b\xe2\x93\x97\xe2\x93\x9e\xe2"
         "\x93\xa2\xe2\x93\xa3/"});
    // NOLINTEND(bugprone-suspicious-missing-comma)
}

TEST_CASE("S-60: an address is refused in every spelling that some resolver understands") {
    all_refused(urls_of({
        "127.0.0.1",
        "127.1",
        "127.0.1",
        "127.000.000.001",
        "0177.0.0.1",
        "0177.0.0.01",
        "0x7f.0.0.1",
        "0x7f.1",
        "0x7f000001",
        "0X7F000001",
        "2130706433",
        "017700000001",
        "0",
        "0.0.0.0",
        "00.0.0.0",
        "1",
        "127.0.0.1.",
        "127.0.0.0x1",
        "127.0.0.01",
        "1.2.3.4",
        "8.8.8.8",
        "255.255.255.255",
        "256.256.256.256",
        "1.2.3.4.5",
        "999999999999",
        "0x",
        "0xg.0x1",
        "169.254.169.254",
        "10.0.0.1",
        "192.168.1.1",
        "172.16.0.1",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:127.0.0.1]",
        "[fe80::1]",
        "[fe80::1%25eth0]",
        "[2001:4860:4860::8888]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[::1",
        "::1",
        "[]",
        "[::1]extra",
        "[1.2.3.4]",
        "a.0x7f",
        "a.1",
        "example.com.127",
        "example.0x1",
    }));
}

TEST_CASE("S-60: names of private networks, names without a domain and malformed names are refused") {
    all_refused(urls_of({
        "localhost",
        "LOCALHOST",
        "localhost.",
        "foo.localhost",
        "localhost.localdomain",
        "printer.local",
        "metadata.google.internal",
        "kubernetes.default.svc.cluster.local",
        "server",
        "intranet",
        "db.corp",
        "nas.lan",
        "router.home",
        "x.home.arpa",
        "abc.onion",
        "host.invalid",
        "example.com.",
        "example..com",
        ".example.com",
        "-example.com",
        "example-.com",
        "exa_mple.com",
        "exam ple.com",
        "example.com%00",
        "example%2ecom",
        "%31%32%37.0.0.1",
        "example.com%2f",
        "exam!ple.com",
        "exam$ple.com",
        "a,b.com",
        "a;b.com",
        "a=b.com",
        "(example).com",
        "*.example.com",
        std::string(64, 'a') + ".com",
        std::string(60, 'a') + "." + std::string(60, 'b') + "." + std::string(60, 'c') + "." +
            std::string(60, 'd') + "." + std::string(60, 'e') + ".com",
    }));
}

TEST_CASE(
    "S-60: user information, fragments, other schemes, other ports and confusing characters are refused") {
    all_refused({
        "https://user@example.com/",
        "https://user:pass@example.com/",
        "https://@example.com/",
        "https://:@example.com/",
        "https://example.com@127.0.0.1/",
        "https://127.0.0.1@example.com/",
        "https://example.com:443@127.0.0.1/",
        "https://example.com\\@127.0.0.1/",
        "https://example.com\\.evil.com/",
        "https:\\\\example.com/",
        "https:/example.com/",
        "https:example.com",
        "https://",
        "https:///",
        "https:///path",
        "//example.com/",
        "example.com",
        "example.com/path",
        "/path",
        "",
        " ",
        "https://?x",
        "https://#",
        "http://example.com/",
        "http://example.com:443/",
        "ftp://example.com/",
        "file:///etc/passwd",
        "gopher://example.com/",
        "data:,x",
        "javascript:alert(1)",
        "ws://example.com/",
        "wss://example.com/",
        "httpss://example.com/",
        "https+x://example.com/",
        " https://example.com/",
        "https://example.com/ ",
        "https://example.com/a b",
        "https://exam\tple.com/",
        "https://example.com/\r\nHost: x",
        "https://example.com/\n",
        "https://example.com/%0d\r",
        "https://example.com/#x",
        "https://example.com#@127.0.0.1/",
        "https://example.com/?a=b#c",
        "https://example.com:22/",
        "https://example.com:25/",
        "https://example.com:5432/",
        "https://example.com:6379/",
        "https://example.com:8080/",
        "https://example.com:0/",
        "https://example.com:65536/",
        "https://example.com:99999999999/",
        "https://example.com:-443/",
        "https://example.com:+443/",
        "https://example.com:0x1bb/",
        "https://example.com:/",
        "https://example.com:443:443/",
        "https://example.com: 443/",
        "https://example.com/<script>",
        "https://example.com/\"x\"",
        std::string{"https://example.com/\0x", 22},
        "https://example.com/\x7f",
        "https://example.com/" + std::string(3000, 'a'),
        "https://[example.com]/",
        "https://example.com]/",
    });
}

TEST_CASE("S-60: http, other ports and addresses come by explicit switches only") {
    CHECK(stored("http://hooks.example.com/", {.allow_http = true}) == "http://hooks.example.com/");
    CHECK(stored("http://127.0.0.1/", {.allow_http = true}) == "");
    CHECK(stored("http://hooks.example.com:5432/", {.allow_http = true}) == "");
    CHECK(stored("http://127.0.0.1:9000/x", {.allow_private = true}) == "http://127.0.0.1:9000/x");
    CHECK(stored("http://user@127.0.0.1:9000/x", {.allow_private = true}) == "");
}

TEST_CASE("S-67: customers' headers are few, by name and by value") {
    using webhooks::BadCustomHeader;
    using webhooks::parse_custom_header;
    CHECK(parse_custom_header("X-Api-Key: abc").value == "abc");
    CHECK(parse_custom_header("Authorization: Bearer a.b-c").name == "Authorization");
    for (const std::string& bad : std::vector<std::string>{"Host: x",
                                                           "host: x",
                                                           "Content-Length: 1",
                                                           "Transfer-Encoding: chunked",
                                                           "Connection: close",
                                                           "webhook-id: x",
                                                           "Webhook-Signature: v1,x",
                                                           "webhook-timestamp: 1",
                                                           "X-Webhook-Event: x",
                                                           "X-Forwarded-For: 127.0.0.1",
                                                           "X-Real-IP: 1",
                                                           "X-Original-URL: /",
                                                           "Cookie: a=b",
                                                           "Expect: 100-continue",
                                                           "User-Agent: x",
                                                           "Content-Type: text/plain",
                                                           "X-: x",
                                                           "X-A\r\nB: x",
                                                           "X-A: b\r\nHost: c",
                                                           "X-A: b\nC: d",
                                                           std::string{"X-A: b\0c", 8},
                                                           "X-A: \xc3\xab",
                                                           "X-A: b\r\n folded",
                                                           "X-A:",
                                                           "X-A: ",
                                                           "X-A : b",
                                                           "X A: b",
                                                           "X-\xc3\xab: b",
                                                           "no colon",
                                                           "X-A: \x7f",
                                                           "X-A: " + std::string(1025, 'a'),
                                                           ": x"}) {
        CAPTURE(bad);
        CHECK_THROWS_AS(static_cast<void>(parse_custom_header(bad)), BadCustomHeader);
    }
    const std::vector<http::Header> twice{{"X-A", "1"}, {"x-a", "2"}};
    CHECK_THROWS_AS(webhooks::check_custom_headers(twice), BadCustomHeader);
    const std::vector<http::Header> many(11, {"X-A", "1"});
    CHECK_THROWS_AS(webhooks::check_custom_headers(many), BadCustomHeader);
    const std::vector<http::Header> fine{{"X-A", "1"}, {"Authorization", "Basic eDp5"}};
    const auto again = webhooks::custom_headers_from(webhooks::to_text(fine));
    REQUIRE(again.size() == 2);
    CHECK(again[1].value == "Basic eDp5");
}

TEST_CASE("the schedule and its neighbours are read from the environment, or say what is wrong") {
    using namespace std::chrono_literals;
    const auto schedule = parse_schedule("0s, 5s,2m,1h,250ms");
    REQUIRE(schedule);
    CHECK(*schedule == std::vector<std::chrono::microseconds>{0s, 5s, 2min, 1h, 250ms});
    for (const auto* bad : {"", "5", "5d", "-5s", "5s,", "s", "999999h"}) {
        CAPTURE(std::string{bad});
        CHECK_FALSE(parse_schedule(bad));
    }
    const auto read = [](const std::string& name, const std::string& value,
                         std::vector<std::string>& problems) {
        return webhook_config(
            [&](std::string_view asked) { return asked == name ? std::optional{value} : std::nullopt; },
            problems);
    };
    std::vector<std::string> problems;
    CHECK(read("", "", problems).schedule.size() == 7);
    CHECK(read("WEBHOOK_CIRCUIT_FAILURES", "3", problems).circuit_failures == 3);
    CHECK(read("WEBHOOK_ALLOW_PRIVATE", "1", problems).allow_private);
    CHECK_FALSE(read("WEBHOOK_ALLOW_PRIVATE", "0", problems).allow_private);
    CHECK(problems.empty());
    static_cast<void>(read("WEBHOOK_SCHEDULE", "now", problems));
    static_cast<void>(read("WEBHOOK_TIMEOUT_SECONDS", "31", problems));
    static_cast<void>(read("WEBHOOK_ALLOW_PRIVATE", "yes", problems));
    static_cast<void>(read("WEBHOOK_DENY", "10.0.0.0/40", problems));
    CHECK(problems.size() == 4);
}
