// What customers' servers and name servers may do to us: little, and not for long.

#include <doctest/doctest.h>

#include <boost/asio/ssl.hpp>
#include <thread>

#include "activities/webhooks/deliver_webhook.hpp"
#include "activities/webhooks/egress_guard.hpp"
#include "activities/webhooks/signing.hpp"
#include "tests/activities/awaiting.hpp"
#include "tests/activities/certificates.hpp"
#include "tests/activities/hostile_server.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using http::Trouble;
using test::await;
using test::HostileServer;

namespace {

/// A name server in the test's hands: gives one list of addresses after the other, then the last one for ever.
class Names {
  public:
    explicit Names(std::vector<std::vector<std::string>> answers) : answers_(std::move(answers)) {}
    http::LookUp look_up() {
        return [this](const std::string& host, const std::function<void(http::LookedUp)>& done) {
            asked.push_back(host);
            http::LookedUp found;
            const std::size_t index = std::min(asked.size() - 1, answers_.size() - 1);
            for (const std::string& text : answers_[index])
                found.addresses.push_back(boost::asio::ip::make_address(text));
            if (found.addresses.empty()) found.problem = "no such name";
            done(found);
        };
    }
    std::vector<std::string> asked;  // written on the client's thread, read between exchanges

  private:
    std::vector<std::vector<std::string>> answers_;
};

WebhookConfig allowing_private(bool allow = true) {
    WebhookConfig config;
    config.allow_private = allow;
    config.timeout = 2s;
    return config;
}

http::Request webhook_to(const std::string& url, const WebhookConfig& config) {
    webhooks::Outgoing message{.endpoint_id = "e",
                               .url = url,
                               .allow_http = false,
                               .event_id = "msg_1",
                               .event_type = "test",
                               .body = "{}",
                               .secrets = {webhooks::generate_secret()},
                               .headers = {}};
    WebhookConfig any_url = config;
    any_url.allow_private = true;  // ports of test servers; the guard is what is tested
    http::Request request = webhooks::request_of(
        message, any_url, std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
    request.guard = std::make_shared<webhooks::EgressGuard>(config);
    return request;
}

http::Result send_to(const std::string& url, const WebhookConfig& config = allowing_private(),
                     http::LookUp look_up = webhooks::parallel_look_up(2)) {
    http::Client client{{.look_up = std::move(look_up)}};
    return await(client.send(webhook_to(url, config)));
}

}  // namespace

TEST_CASE("S-61, S-62: a name that leads to this machine is refused before anything is connected to") {
    HostileServer server{[](test::Socket& socket) { test::read_request(socket); }};
    Names names{{{"127.0.0.1"}}};
    const auto result = send_to(server.url("hooks.example.com"), allowing_private(false), names.look_up());
    CHECK(result.trouble == Trouble::forbidden);
    CHECK(result.outcome == http::Outcome::permanent);
    CHECK_FALSE(result.sent);
    CHECK(server.connections() == 0);
    CHECK(names.asked == std::vector<std::string>{"hooks.example.com"});
}

TEST_CASE("S-61: public and private addresses mixed are refused, in any order") {
    for (const auto& addresses : {std::vector<std::string>{"1.1.1.1", "127.0.0.1"},
                                  {"127.0.0.1", "1.1.1.1"},
                                  {"1.1.1.1", "::ffff:127.0.0.1"},
                                  {"2606:4700:4700::1111", "::1"}}) {
        Names names{{addresses}};
        CHECK(send_to("http://hooks.example.com/", allowing_private(false), names.look_up()).trouble ==
              Trouble::forbidden);
    }
}

TEST_CASE("S-61: this machine's own addresses are refused, whatever range they are from") {
    for (const std::string& address : webhooks::own_addresses()) {
        CAPTURE(address);
        Names names{{{address}}};
        CHECK(send_to("http://hooks.example.com/", allowing_private(false), names.look_up()).trouble ==
              Trouble::forbidden);
    }
}

TEST_CASE(
    "S-62: rebinding: each attempt looks the name up once, judges that answer, and connects to nothing "
    "else") {
    HostileServer server{[](test::Socket& socket) {
        while (!test::read_request(socket).empty()) test::say(socket, test::answer("ok"));
    }};
    // What would be connected to if the name were looked up again after the check.
    Names names{{{"127.0.0.1"}, {"127.0.0.2"}}};
    WebhookConfig config = allowing_private();
    config.deny = {"127.0.0.2/32"};
    http::Client client{{.look_up = names.look_up()}};
    CHECK(await(client.send(webhook_to(server.url("rebind.example.com"), config))).ok());
    CHECK(names.asked.size() == 1);
    // The second attempt has a look-up and a connection of its own: yesterday's answer is not today's.
    const auto second = await(client.send(webhook_to(server.url("rebind.example.com"), config)));
    CHECK(second.trouble == Trouble::forbidden);
    CHECK(names.asked.size() == 2);
    CHECK(server.connections() == 1);
    CHECK(client.connections_opened() == 1);
}

TEST_CASE("S-64: redirects are not followed: they are the answer, and a failure") {
    for (const auto* status :
         {"301 Moved", "302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"}) {
        for (const auto* location : {"http://127.0.0.1:1/", "https://example.com/", "/elsewhere"}) {
            HostileServer server{[&](test::Socket& socket) {
                test::read_request(socket);
                test::say(socket, test::answer("", status, std::string{"Location: "} + location + "\r\n"));
            }};
            const auto result = send_to(server.url());
            CHECK(result.outcome == http::Outcome::permanent);
            CHECK(result.status() / 100 == 3);
            CHECK(server.connections() == 1);
        }
    }
}

TEST_CASE("S-66: an endless body is cut at 64 KiB, and what was said before counts") {
    HostileServer server{[](test::Socket& socket) {
        test::read_request(socket);
        test::say(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
        while (test::say(socket, "1000\r\n" + std::string(4096, 'x') + "\r\n")) {
        }
    }};
    const auto result = send_to(server.url());
    CHECK(result.ok());
    REQUIRE(result.response);
    CHECK(result.response->body.size() == 64 << 10);
    CHECK(webhooks::excerpt_of(result.response->body).size() == 2048);
}

TEST_CASE("S-66: ten gigabytes announced, endless headers, endless interim answers and garbage end soon") {
    const auto ends = [](const std::function<void(test::Socket&)>& script) {
        HostileServer server{[&](test::Socket& socket) {
            test::read_request(socket);
            script(socket);
        }};
        const auto begin = std::chrono::steady_clock::now();
        const auto result = send_to(server.url());
        CHECK(std::chrono::steady_clock::now() - begin < 4s);
        return result;
    };
    CHECK(ends([](test::Socket& socket) {
              test::say(socket,
                        "HTTP/1.1 500 X\r\nContent-Length: 10737418240\r\n\r\n" + std::string(100'000, 'x'));
              test::wait_for_end(socket);
          }).status() == 500);
    CHECK(ends([](test::Socket& socket) {
              test::say(socket, "HTTP/1.1 200 OK\r\n");
              while (test::say(socket, "X-A: " + std::string(1000, 'a') + "\r\n")) {
              }
          }).trouble == Trouble::too_large);
    CHECK(ends([](test::Socket& socket) {
              while (test::say(socket, "HTTP/1.1 100 Continue\r\n\r\n")) {
              }
          }).trouble == Trouble::malformed);
    CHECK(ends([](test::Socket& socket) { test::say(socket, std::string(200'000, '\x01')); }).trouble ==
          Trouble::malformed);
    CHECK(ends([](test::Socket&) {}).trouble == Trouble::lost);
}

TEST_CASE(
    "S-66: a server that hangs, drips, or never finishes its handshake is left after the time for one try") {
    const auto times_out = [](const std::string& scheme, const std::function<void(test::Socket&)>& script) {
        HostileServer server{script};
        const auto begin = std::chrono::steady_clock::now();
        CHECK(send_to(server.url("127.0.0.1", scheme)).trouble == Trouble::timed_out);
        const auto taken = std::chrono::steady_clock::now() - begin;
        CHECK(taken >= 1900ms);
        CHECK(taken < 4s);
    };
    times_out("http", [](test::Socket& socket) { test::wait_for_end(socket); });
    times_out("https", [](test::Socket& socket) { test::wait_for_end(socket); });
    times_out("http", [](test::Socket& socket) {
        test::read_request(socket);
        test::say(socket, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
        while (test::say(socket, "x")) std::this_thread::sleep_for(50ms);  // the drip's pace
    });
}

TEST_CASE("S-66: a name server that hangs delays nobody else's look-up") {
    std::vector<std::function<void(http::LookedUp)>> unanswered;
    const http::LookUp look_up = [&](const std::string& host,
                                     const std::function<void(http::LookedUp)>& done) {
        if (host == "slow.example.com") return unanswered.push_back(done);
        done({.problem = {}, .addresses = {boost::asio::ip::make_address("127.0.0.1")}});
    };
    HostileServer server{[](test::Socket& socket) {
        test::read_request(socket);
        test::say(socket, test::answer("ok"));
    }};
    http::Client client{{.look_up = look_up}};
    std::vector<boost::asio::awaitable<http::Result>> both;
    both.push_back(client.send(webhook_to("http://slow.example.com/", allowing_private())));
    both.push_back(client.send(webhook_to(server.url("quick.example.com"), allowing_private())));
    const auto results = test::await_all(std::move(both));
    CHECK(results[0].trouble == Trouble::timed_out);
    CHECK(results[1].ok());
}

TEST_CASE("S-66: the request asks for no compression, and says that the connection is for one exchange") {
    std::string seen;
    HostileServer server{[&](test::Socket& socket) {
        seen = test::read_request(socket);
        test::say(socket, test::answer("ok"));
    }};
    CHECK(send_to(server.url()).ok());
    CHECK(seen.find("Accept-Encoding") == std::string::npos);
    CHECK(seen.find("Connection: close\r\n") != std::string::npos);
}

TEST_CASE("S-65: the certificate must be valid, of a known authority, and for the very name") {
    const auto outcome = [](const std::string& certified, const std::string& called, bool trusted,
                            long lives_for) {
        const test::Certificates certificates{certified, lives_for};
        auto context = certificates.server_context(0);
        HostileServer server{[&](test::Socket& socket) {
            boost::asio::ssl::stream<test::Socket&> stream{socket, context};
            boost::system::error_code error;
            stream.handshake(boost::asio::ssl::stream_base::server, error);
            if (error) return;
            test::read_request(stream);
            test::say(stream, test::answer("ok"));
        }};
        Names names{{{"127.0.0.1"}}};
        http::Client client{
            {.extra_ca_file = trusted ? certificates.ca_file() : "", .look_up = names.look_up()}};
        return await(client.send(webhook_to(server.url(called, "https"), allowing_private()))).trouble;
    };
    constexpr long year = 365L * 24 * 3600;
    CHECK(outcome("hooks.example.com", "hooks.example.com", true, year) == Trouble::none);
    CHECK(outcome("*.example.com", "hooks.example.com", true, year) == Trouble::none);
    CHECK(outcome("hooks.example.com", "hooks.example.com", false, year) == Trouble::tls_failed);
    CHECK(outcome("hooks.example.com", "hooks.example.com", true, -60) == Trouble::tls_failed);
    CHECK(outcome("other.example.com", "hooks.example.com", true, year) == Trouble::tls_failed);
    CHECK(outcome("*.example.com", "a.hooks.example.com", true, year) == Trouble::tls_failed);
    CHECK(outcome("*.example.com", "example.com", true, year) == Trouble::tls_failed);
    CHECK(outcome("*.com", "hooks.example.com", true, year) == Trouble::tls_failed);
}
