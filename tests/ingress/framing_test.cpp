// What two programs could understand in two ways is refused, and ends the connection: one row for each input
// of the table of what Beast's parser accepts by itself, and of what it refuses, as a regression test.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "tests/ingress/world.hpp"

namespace {

struct Row {
    const char* what;
    std::string bytes;
    unsigned status;
};

const std::string path = std::string{"/api/webhooks/vapi/"} + test::World::organization;

/// A POST whose header lines beside Host and Content-Type are these.
std::string post(const std::string& lines, const std::string& body = "") {
    return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" + lines +
           "\r\n" + body;
}

std::string get(const std::string& line, const std::string& lines = "Host: localhost\r\n") {
    return line + "\r\n" + lines + "\r\n";
}

std::vector<Row> lengths_and_encodings() {
    return {
        {"two equal lengths", post("Content-Length: 2\r\nContent-Length: 2\r\n", "{}"), 400},
        {"two different lengths", post("Content-Length: 2\r\nContent-Length: 3\r\n", "{}"), 400},
        {"a list of lengths", post("Content-Length: 2, 2\r\n", "{}"), 400},
        {"length +2", post("Content-Length: +2\r\n", "{}"), 400},
        {"length -1", post("Content-Length: -1\r\n", "{}"), 400},
        {"length 0x2", post("Content-Length: 0x2\r\n", "{}"), 400},
        {"length overflow", post("Content-Length: 99999999999999999999\r\n", "{}"), 400},
        {"two lengths in a list, with a blank", post("Content-Length: 3, 3\r\n", "{}"), 400},
        {"length 2 with text", post("Content-Length: 2 a\r\n", "{}"), 400},
        {"empty length", post("Content-Length:\r\n", "{}"), 400},
        {"no length", post(""), 411},
        {"length, then chunked", post("Content-Length: 2\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"),
         400},
        {"chunked, then length", post("Transfer-Encoding: chunked\r\nContent-Length: 2\r\n", "0\r\n\r\n"),
         400},
        {"TE twice", post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400},
        {"TE xchunked", post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"), 400},
        {"TE identity", post("Transfer-Encoding: identity\r\n", "0\r\n\r\n"), 400},
        {"TE chunked, gzip", post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"), 400},
        {"TE gzip, chunked", post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"), 400},
        {"TE with a vertical tab", post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"), 400},
        {"TE on HTTP/1.0",
         "POST " + path +
             " HTTP/1.0\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n",
         400},
        {"chunk extension", post("Transfer-Encoding: chunked\r\n", "2;a=b\r\n{}\r\n0\r\n\r\n"), 400},
        {"chunk size 0x2", post("Transfer-Encoding: chunked\r\n", "0x2\r\n{}\r\n0\r\n\r\n"), 400},
        {"chunk size ended by a bare line feed", post("Transfer-Encoding: chunked\r\n", "2\n{}\r\n0\r\n\r\n"),
         400},
        {"chunk longer than it says", post("Transfer-Encoding: chunked\r\n", "2\r\n{}}\r\n0\r\n\r\n"), 400},
        {"chunk size -1", post("Transfer-Encoding: chunked\r\n", "-1\r\n{}\r\n0\r\n\r\n"), 400},
        {"chunk size too large", post("Transfer-Encoding: chunked\r\n", "fffffffffffffffff\r\n"), 400},
        {"chunked beyond the limit", post("Transfer-Encoding: chunked\r\n", "7fffffff\r\n"), 413},
        {"a length among the trailers",
         post("Transfer-Encoding: chunked\r\n", "2\r\n{}\r\n0\r\nContent-Length: 2\r\n\r\n"), 400},
        {"length beyond the limit", post("Content-Length: 8388609\r\n"), 413},
    };
}

std::vector<Row> lines_and_fields() {
    std::string many = "Host: localhost\r\n";
    for (int i = 0; i < 100; ++i) many += fmt::format("X-{}: y\r\n", i);
    return {
        {"folded field", get("GET /healthz HTTP/1.1", "Host: localhost\r\nX-A: b\r\n c\r\n"), 400},
        {"folded TE", post("Transfer-Encoding:\r\n chunked\r\n", "0\r\n\r\n"), 400},
        {"space before the colon", get("GET /healthz HTTP/1.1", "Host : localhost\r\n"), 400},
        {"bare line feeds", "GET /healthz HTTP/1.1\nHost: localhost\n\n", 400},
        {"bare return", "GET /healthz HTTP/1.1\rHost: localhost\r\n\r\n", 400},
        {"NUL", std::string{"GET /healthz HTTP/1.1\r\nHost: a"} + std::string(1, '\0') + "b\r\n\r\n", 400},
        {"empty field name", get("GET /healthz HTTP/1.1", "Host: localhost\r\n: x\r\n"), 400},
        {"control character in a name", get("GET /healthz HTTP/1.1", "Host: localhost\r\nX\x01: x\r\n"), 400},
        {"control character in a value", get("GET /healthz HTTP/1.1", "Host: localhost\r\nX: a\x01z\r\n"),
         400},
        {"no Host", get("GET /healthz HTTP/1.1", "X: y\r\n"), 400},
        {"two Hosts", get("GET /healthz HTTP/1.1", "Host: a\r\nHost: a\r\n"), 400},
        {"a Host that is none", get("GET /healthz HTTP/1.1", "Host: a/b\r\n"), 400},
        {"absolute target", get("GET http://localhost/healthz HTTP/1.1"), 400},
        {"authority target", get("CONNECT localhost:80 HTTP/1.1"), 400},
        {"asterisk target", get("OPTIONS * HTTP/1.1"), 400},
        {"space in the target", get("GET /health z HTTP/1.1"), 400},
        {"HTTP/0.9", "GET /healthz\r\n\r\n", 400},
        {"HTTP/2.0 line", get("GET /healthz HTTP/2.0"), 505},
        {"HTTP/2 preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
        {"no request line", "\r\nGET /healthz HTTP/1.1\r\nHost: a\r\n\r\n", 400},
        {"101 fields", get("GET /healthz HTTP/1.1", many), 431},
        {"head too long", get("GET /healthz HTTP/1.1", "Host: a\r\nX: " + std::string(17'000, 'x') + "\r\n"),
         431},
        {"target too long", get("GET /" + std::string(3'000, 'x') + " HTTP/1.1"), 414},
        {"upgrade", get("GET /healthz HTTP/1.1", "Host: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n"), 400},
        {"another expectation", post("Content-Length: 2\r\nExpect: a-miracle\r\n", "{}"), 417},
    };
}

void check_refused(const test::World& world, const Row& row) {
    CAPTURE(row.what);
    test::RawClient client{world.port()};
    client.send(row.bytes + get("GET /healthz HTTP/1.1"));  // a smuggled second request must not be answered
    const auto answer = client.read();
    REQUIRE(answer);
    CHECK(answer->status == row.status);
    CHECK(answer->fields.at("content-type") == "application/problem+json");
    CHECK(answer->json()["status"] == row.status);
    CHECK(answer->json()["request_id"] == answer->fields.at("x-request-id"));
    CHECK_FALSE(answer->json()["detail"].get<std::string>().empty());
    CHECK_FALSE(client.read());
}

}  // namespace

TEST_CASE("ambiguous framing is refused and closes the connection") {
    const test::World world{[](auto& options) { options.limits.drain_time = std::chrono::milliseconds{50}; }};
    for (const Row& row : lengths_and_encodings()) check_refused(world, row);
    for (const Row& row : lines_and_fields()) check_refused(world, row);
    CHECK(world.rows() == "0 0 0");
    CHECK(test::exchange(world.port(), get("GET /healthz HTTP/1.1"))->status == 200);
}

TEST_CASE(
    "unknown paths, methods and media types are refused in the same shape, and keep the connection if they "
    "may") {
    const test::World world;
    test::RawClient client{world.port()};
    client.send(get("GET /nowhere HTTP/1.1"));
    CHECK(client.read()->json()["title"] == "Not Found");
    client.send(get("GET /api/webhooks/vapi/ HTTP/1.1"));
    CHECK(client.read()->status == 404);
    client.send(get("GET /api/webhooks/vapi/a/b HTTP/1.1"));
    CHECK(client.read()->status == 404);
    client.send(get("GET " + path + " HTTP/1.1"));
    const auto wrong_method = client.read();
    CHECK(wrong_method->status == 405);
    CHECK(wrong_method->fields.at("allow") == "POST");
    client.send("POST " + path +
                " HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n\r\n");
    CHECK(client.read()->status == 415);
    client.send(post("Content-Encoding: gzip\r\nContent-Length: 2\r\n", "{}"));
    CHECK(client.read()->status == 415);
    CHECK(client.closed());
}

TEST_CASE("a chunked body and a body after 100-continue are read like any other") {
    const test::World world;
    const std::string body = test::report_of("chunky");
    const std::string secret_line = fmt::format("X-Vapi-Secret: {}\r\n", test::World::secret);
    const auto chunked = test::exchange(
        world.port(), post(secret_line + "Transfer-Encoding: chunked\r\n",
                           fmt::format("{:x}\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n", 100, body.substr(0, 100),
                                       body.size() - 100, body.substr(100))));
    CHECK(chunked->status == 200);
    test::RawClient client{world.port()};
    client.send(
        post(fmt::format("{}Expect: 100-continue\r\nContent-Length: {}\r\n", secret_line, body.size())));
    CHECK(client.read()->status == 100);
    client.send(body);
    CHECK(client.read()->body == chunked->body);
}

TEST_CASE("requests on one connection are answered in order, also when they come at once") {
    const test::World world;
    test::RawClient client{world.port()};
    client.send(
        test::signed_request(test::World::organization, test::report_of("first"), test::World::secret) +
        get("GET /nowhere HTTP/1.1") + get("GET /healthz HTTP/1.1", "Host: a\r\nConnection: close\r\n"));
    CHECK(client.read()->json()["workflow_id"] == "call-processing-first");
    CHECK(client.read()->status == 404);
    CHECK(client.read()->fields.at("connection") == "close");
    CHECK(client.closed());
}
