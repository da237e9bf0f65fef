// Forged, stale, unsigned, oversized, deep, not UTF-8, truncated, slow: the right answer, a reason, nothing
// stored, nothing leaked, and the server lives.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/http/json_guard.hpp"
#include "api/http/message.hpp"
#include "tests/ingress/world.hpp"
#include "tests/support/eventually.hpp"

using test::World;
using namespace std::chrono_literals;

namespace {

std::string with_secret(const std::string& body) {
    return test::request_with(World::organization, body, fmt::format("X-Vapi-Secret: {}\r\n", World::secret));
}

void check_problem(const std::optional<test::Answer>& answer, unsigned status, const std::string& part) {
    REQUIRE(answer);
    CHECK(answer->status == status);
    CHECK(answer->fields.at("content-type") == "application/problem+json");
    const auto problem = answer->json();
    CHECK(problem["status"] == status);
    CHECK(problem["type"] == "about:blank");
    CHECK(problem["request_id"] == answer->fields.at("x-request-id"));
    CHECK(problem["detail"].get<std::string>().find(part) != std::string::npos);
    CHECK(answer->body.find(World::secret) == std::string::npos);
}

void check_alive_and_empty(const World& world) {
    CHECK(world.rows() == "0 0 0");
    CHECK(world.post(test::report_of("proof-of-life"))->status == 200);
}

}  // namespace

TEST_CASE(
    "forged, stale and unsigned requests are refused, and an attacker learns nothing about organizations") {
    const World world;
    const std::string body = test::report_of("forged");
    const auto send = [&](const std::string& request) { return test::exchange(world.port(), request); };
    const auto forged = send(test::signed_request(World::organization, body, "a-guess"));
    check_problem(forged, 401, "could not be authenticated");
    check_problem(send(test::signed_request(World::organization, body, World::secret, 301s)), 401,
                  "300 seconds");
    check_problem(send(test::signed_request(World::organization, body, World::secret, -302s)), 401,
                  "300 seconds");
    check_problem(send(test::request_with(World::organization, body, "")), 401, "not signed");
    std::string changed = test::signed_request(World::organization, body, World::secret);
    changed.back() = ' ';
    check_problem(send(changed), 401, "could not be authenticated");

    const auto same_but_for_id = [](const test::Answer& answer) {
        auto problem = answer.json();
        problem.erase("request_id");
        return std::to_string(answer.status) + problem.dump();
    };
    for (const char* organization : {World::disabled_organization, "0199f0a4-0000-7000-8000-00000000ffff",
                                     "no-uuid", "%2e%2e%2fetc", World::other_organization}) {
        const bool known = std::string_view{organization} == World::other_organization;
        const auto secret = known ? World::secret : World::platform_secret;
        CHECK(same_but_for_id(*send(test::signed_request(organization, body, secret))) ==
              same_but_for_id(*forged));
    }
    check_alive_and_empty(world);
}

TEST_CASE("without any configured secret every webhook is refused") {
    const World world{[](auto& options) {
        options.platform_secrets.clear();
        options.secrets_key.clear();
    }};
    for (const char* lines :
         {"X-Vapi-Secret: \r\n", "Authorization: Bearer \r\n", "X-Vapi-Secret: undefined\r\n"}) {
        const auto request = test::request_with(World::organization, test::report_of("open"), lines);
        check_problem(test::exchange(world.port(), request), 401, "The request");
    }
    CHECK(world.rows() == "0 0 0");
}

TEST_CASE("an oversized body is refused before it is read, and a status update may have less than a report") {
    const World world;
    const std::string mib(1024 * 1024, 'x');
    std::string head = test::request_with(World::organization, "", "");
    head.replace(head.find("Content-Length: 0"), 17, fmt::format("Content-Length: {}", 9 * mib.size()));
    test::RawClient client{world.port()};
    client.send(head);
    check_problem(client.read(), 413, "8388608 bytes");

    test::RawClient eager{world.port()};
    eager.send(head);
    for (int i = 0; i < 9; ++i) CHECK(eager.send(mib));
    check_problem(eager.read(), 413, "8388608 bytes");

    std::string status = test::status_of("long", "ringing");
    status.insert(status.size() - 2, R"(,"padding":")" + mib + "\"");
    check_problem(world.post(status), 413, "1048576 bytes");
    check_alive_and_empty(world);
    std::string report = test::report_of("long");
    report.insert(report.size() - 1, R"(,"padding":")" + mib + mib + mib + "\"");
    CHECK(world.post(report)->status == 200);
}

TEST_CASE("a body nested too deep is refused without recursion, however deep it is") {
    const World world;
    for (const std::size_t depth : {65UL, 1'000'000UL}) {
        check_problem(world.post(std::string(depth, '[')), 400, "deeper than 64");
        std::string objects = "{";
        for (std::size_t i = 1; i < depth; ++i) objects += R"("a":{)";
        check_problem(world.post(objects), 400, "deeper than 64");
    }
    std::string exactly =
        R"({"message":{"type":"hang","a":)" + std::string(62, '[') + std::string(62, ']') + "}}";
    CHECK(world.post(exactly)->status == 200);
    CHECK(
        world
            .post(
                R"({"message":{"type":"hang","a":"[[[[\"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[["}})")
            ->status == 200);
    check_alive_and_empty(world);
}

TEST_CASE("what is not UTF-8, not JSON, or not a message is refused with the reason") {
    const World world;
    for (const char* bytes : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xe2\x82", "\x80"}) {
        check_problem(world.post(fmt::format(R"({{"message":{{"type":"hang","a":"{}"}}}})", bytes)), 400,
                      "UTF-8");
    }
    check_problem(world.post(""), 400, "not JSON");
    check_problem(world.post("{\"message\":"), 400, "not JSON");
    check_problem(world.post("{}"), 422, "type");
    check_problem(world.post(R"({"message":{"type":"end-of-call-report","call":{"id":""}}})"), 422,
                  "message.call.id");
    check_problem(world.post(R"({"message":{"type":"end-of-call-report","call":[]}})"), 422,
                  "message.call: expected object");
    check_alive_and_empty(world);
}

TEST_CASE("text that no column can hold is stored sanitised, and its raw bytes as they came") {
    const World world;
    std::string body = test::report_of("nul");
    body.insert(body.find("User: I would"), R"(\u0000)");
    CHECK(world.post(body)->status == 200);
    CHECK(world.rows() == "1 1 1");
    CHECK(world.value(R"(select position('\\u0000'::bytea in body) > 0 from app.inbound_webhooks)") == "t");
}

TEST_CASE("a truncated request is refused, or forgotten when nobody is left to hear") {
    const World world;
    const std::string whole = with_secret(test::report_of("cut"));
    for (const std::size_t missing : {std::size_t{1}, std::size_t{2000}, whole.size() - 10}) {
        test::RawClient client{world.port()};
        client.send(whole.substr(0, whole.size() - missing));
        client.end_sending();
        check_problem(client.read(), 400, "ended early");
        CHECK(client.closed());
    }
    {
        test::RawClient vanished{world.port()};
        vanished.send(whole.substr(0, 500));
    }
    check_alive_and_empty(world);
}

TEST_CASE("slow senders are cut off: in the head, in the body, and when they idle") {
    const World world{[](auto& options) {
        options.limits.header_time = 200ms;
        options.limits.body_time = 400ms;
        options.limits.body_grace = 200ms;
        options.limits.idle_time = 100ms;
    }};
    const std::string whole = with_secret(test::report_of("slow"));
    test::RawClient head{world.port()};
    head.send(whole.substr(0, 30));
    check_problem(head.read(), 408, "head did not arrive in time");
    CHECK(head.closed());
    test::RawClient body{world.port()};
    body.send(whole.substr(0, whole.size() - 5));
    check_problem(body.read(), 408, "body did not arrive in time");
    CHECK(body.closed());
    test::RawClient idle{world.port()};
    CHECK(idle.closed());
    check_alive_and_empty(world);
}

TEST_CASE("a body that trickles below the minimum rate is cut off before its whole time is over") {
    const World world{[](auto& options) {
        options.limits.body_grace = 150ms;
        options.limits.body_time = 60s;
        options.limits.body_bytes_per_second = 1'000'000;
    }};
    const auto began = std::chrono::steady_clock::now();
    test::RawClient client{world.port()};
    const std::string whole = with_secret(test::report_of("trickle"));
    client.send(whole.substr(0, whole.size() - 100));
    check_problem(client.read(), 408, "body did not arrive in time");
    CHECK(std::chrono::steady_clock::now() - began < 10s);
}

TEST_CASE("more connections than allowed are told so, and room is made when others leave") {
    const World world{[](auto& options) { options.limits.connections = 2; }};
    const std::string health = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n";
    auto first = std::make_unique<test::RawClient>(world.port());
    test::RawClient second{world.port()};
    first->send(health);
    second.send(health);
    CHECK(first->read()->status == 200);
    CHECK(second.read()->status == 200);
    test::RawClient third{world.port()};
    const auto turned_away = third.read();
    check_problem(turned_away, 503, "Too many connections");
    CHECK(turned_away->fields.contains("retry-after"));
    CHECK(third.closed());
    first.reset();
    CHECK(test::eventually([&] {
        const auto later = test::exchange(world.port(), health);
        return later && later->status == 200;
    }));
}

TEST_CASE("no text can smuggle a field or an answer into a response") {
    callflex::http::Response response;
    response.fields.emplace_back("X-A", "b\r\nSet-Cookie: c");
    CHECK_THROWS_AS((void)callflex::http::serialize(response, "id", true), std::invalid_argument);
    response.fields = {{"X-A\r\nX-B", "c"}};
    CHECK_THROWS_AS((void)callflex::http::serialize(response, "id", true), std::invalid_argument);
    response.fields = {};
    CHECK_THROWS_AS((void)callflex::http::serialize(response, "id\n", true), std::invalid_argument);
    CHECK_NOTHROW((void)callflex::http::serialize(response, "id", true));
}
