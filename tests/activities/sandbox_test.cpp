// The sandbox is only useful if it is as strict as the vendors, and keeps its promises to tests.

#include <doctest/doctest.h>

#include <chrono>

#include "activities/http/download.hpp"
#include "activities/http/encoding.hpp"
#include "tests/activities/vendor_bench.hpp"

using namespace callflex;
using namespace std::chrono_literals;
using http::Header;
using nlohmann::json;
using test::await;

namespace {

const std::string account_messages = "/twilio/2010-04-01/Accounts/AC1/Messages.json";
const Header basic{"Authorization", http::basic_authorization("AC1", "token")};
const Header form{"Content-Type", "application/x-www-form-urlencoded"};
const Header bearer{"Authorization", "Bearer re_x"};

struct Asker {
    test::VendorBench bench;

    http::Result ask(const std::string& method, const std::string& path, const std::string& body,
                     std::vector<Header> headers) {
        http::Request request;
        request.method = method;
        request.url = http::join(bench.sandbox.url(), path);
        request.body = body;
        request.headers = std::move(headers);
        request.timeout = 5s;
        return await(bench.vendors->http->send(std::move(request)));
    }
    json twilio(const http::Fields& fields, const Header& authorization = basic) {
        return json::parse(
            ask("POST", account_messages, http::form_encode(fields), {authorization, form}).response->body);
    }
    json resend(const json& mail, std::vector<Header> headers = {bearer}) {
        return json::parse(ask("POST", "/resend/emails", mail.dump(), std::move(headers)).response->body);
    }
};

const json good_mail{{"from", "A <a@b.example>"}, {"to", {"c@d.example"}}, {"subject", "s"}, {"text", "t"}};

}  // namespace

TEST_CASE("the sandbox's Twilio refuses what Twilio refuses, with its codes") {
    Asker asker;
    const http::Fields good{{"To", "+15550100400"}, {"From", "+15550100200"}, {"Body", "x"}};
    const auto with = [&](std::size_t index, const char* value) {
        http::Fields fields = good;
        fields[index].second = value;
        return fields;
    };
    CHECK(asker.twilio(good)["status"] == "queued");
    CHECK(asker.twilio(with(0, "5550100400"))["code"] == 21211);
    CHECK(asker.twilio(with(0, "+15005550009"))["code"] == 21614);
    CHECK(asker.twilio(with(0, "+15005550004"))["code"] == 21610);
    CHECK(asker.twilio(with(0, ""))["code"] == 21604);
    CHECK(asker.twilio(with(1, "x"))["code"] == 21212);
    CHECK(asker.twilio(with(2, ""))["code"] == 21602);
    CHECK(asker.twilio(with(2, std::string(1601, 'x').c_str()))["code"] == 21617);
    CHECK(asker.twilio(good, {"Authorization", http::basic_authorization("AC2", "token")})["code"] == 20003);
    CHECK(asker.twilio(good, {"Authorization", http::basic_authorization("AC1", "invalid")})["code"] ==
          20003);
    CHECK(asker.bench.sent("twilio")["count"] == 1);
}

TEST_CASE("the sandbox's Resend wants a key, whole mails, and remembers idempotency keys") {
    Asker asker;
    CHECK(asker.resend(good_mail, {})["name"] == "missing_api_key");
    CHECK(asker.resend(good_mail, {{"Authorization", "Bearer x"}})["name"] == "invalid_api_key");
    for (const char* member : {"from", "to", "subject", "text"}) {
        json mail = good_mail;
        mail.erase(member);
        CHECK(asker.resend(mail)["name"] == "missing_required_field");
    }
    const std::vector<Header> keyed{bearer, {"Idempotency-Key", "k"}};
    const json first = asker.resend(good_mail, keyed);
    CHECK(asker.resend(good_mail, keyed) == first);
    json other = good_mail;
    other["text"] = "u";
    CHECK(asker.resend(other, keyed)["name"] == "invalid_idempotent_request");
    CHECK(asker.resend(good_mail, {bearer, {"Idempotency-Key", std::string(257, 'k')}})["name"] ==
          "invalid_idempotency_key");
    CHECK(asker.bench.sent("resend")["count"] == 1);
    asker.bench.control("POST", "/sandbox/forget");
    CHECK(asker.resend(good_mail, keyed) != first);
    CHECK(asker.bench.sent("resend")["count"] == 2);
}

TEST_CASE("the sandbox's OpenAI holds requests to strict mode") {
    Asker asker;
    const json good = json::parse(test::payload("chat.extract.request.json"));
    const auto ask = [&](const json& request, const char* key = "Bearer sk-x") {
        return asker.ask("POST", "/openai/v1/chat/completions", request.dump(), {{"Authorization", key}});
    };
    CHECK(ask(good).status() == 200);
    CHECK(ask(good, "Bearer invalid").status() == 401);
    json bad = good;
    bad["max_tokens"] = 5;
    CHECK(ask(bad).status() == 400);
    bad = good;
    bad["response_format"]["json_schema"]["schema"]["required"].erase(0);
    CHECK(ask(bad).status() == 400);
    bad = good;
    bad["response_format"]["json_schema"]["schema"].erase("additionalProperties");
    CHECK(ask(bad).status() == 400);
    bad = good;
    bad["messages"] = json::array();
    CHECK(ask(bad).status() == 400);
    bad = good;
    bad["model"] = "gpt-4o-mini";
    CHECK(ask(bad).status() == 404);
    CHECK(json::parse(ask(good).response->body)["choices"] ==
          json::parse(ask(good).response->body)["choices"]);
}

TEST_CASE("the sandbox's VAPI redirects to a recording, which is always the same sound") {
    Asker asker;
    CHECK(asker.ask("GET", "/vapi/call/c1/mono-recording", "", {}).status() == 401);
    http::DownloadRequest request;
    request.url = http::join(asker.bench.sandbox.url(), "/vapi/call/c1/mono-recording");
    request.headers = {{"Authorization", "Bearer key"}};
    const auto done = await(http::download(*asker.bench.vendors->http, request, [](std::string_view) {}));
    CHECK(done.ok());
    CHECK(done.bytes == 8044);
    CHECK(done.content_type == "audio/wav");
    CHECK(asker.ask("GET", "/vapi/recordings/c1.wav?expired=1", "", {}).status() == 403);
}

TEST_CASE("faults hit the requests they name, as often as they say, the same ones for the same seed") {
    Asker asker;
    const auto statuses = [&](const std::string& fault) {
        asker.bench.control("POST", "/sandbox/reset");
        asker.bench.fault(fault);
        std::string pattern;
        for (int i = 0; i < 30; ++i)
            pattern += asker.ask("POST", "/resend/emails", good_mail.dump(), {bearer}).ok() ? '.' : 'x';
        return pattern;
    };
    const std::string half = statuses(R"({"vendor":"resend","mode":"error","rate":0.5,"seed":7})");
    CHECK(half == statuses(R"({"vendor":"resend","mode":"error","rate":0.5,"seed":7})"));
    CHECK(half != statuses(R"({"vendor":"resend","mode":"error","rate":0.5,"seed":8})"));
    CHECK(statuses(R"({"vendor":"resend","mode":"error","times":2})") == "xx" + std::string(28, '.'));
    CHECK(statuses(R"({"vendor":"twilio","mode":"error"})") == std::string(30, '.'));
    CHECK(statuses(R"({"vendor":"*","mode":"rate_limit","method":"GET"})") == std::string(30, '.'));
    CHECK(asker.bench.control("GET", "/sandbox/counters")["resend"]["done"] == 30);
}

TEST_CASE("a fault that makes no sense is refused with the reason") {
    test::VendorBench bench;
    for (const char* text :
         {"", "[]", R"({"vendor":"twilio"})", R"({"vendor":"x","mode":"error"})",
          R"({"vendor":"twilio","mode":"error","rate":2})", R"({"vendor":"twilio","mode":"error","rat":1})",
          R"({"vendor":"twilio","mode":"error","rate":"often"})"}) {
        INFO(text);
        CHECK(bench.control("POST", "/sandbox/faults", text)["status"] == 400);
    }
}

TEST_CASE("a duplicate shows up in the counts") {
    Asker asker;
    asker.bench.fault(R"({"vendor":"twilio","mode":"duplicate"})");
    asker.twilio({{"To", "+15550100400"},
                  {"From", "+15550100200"},
                  {"Body", "x"},
                  {"StatusCallback", "https://a.example/cb?op=run%2F5"}});
    const json sent = asker.bench.sent("twilio");
    CHECK(sent["count"] == 2);
    CHECK(sent["by_recipient"]["+15550100400"] == 2);
    CHECK(sent["repeated_keys"]["run/5"] == 2);
}

TEST_CASE("a delayed answer comes late, and the others do not wait for it") {
    Asker asker;
    asker.bench.fault(R"({"vendor":"resend","mode":"delay","delay_ms":300,"times":1})");
    const auto begin = std::chrono::steady_clock::now();
    std::vector<boost::asio::awaitable<http::Result>> both;
    for (const char* path : {"/resend/emails", "/sandbox/counters"}) {
        http::Request request;
        request.method = path[1] == 'r' ? "POST" : "GET";
        request.url = http::join(asker.bench.sandbox.url(), path);
        request.headers = {bearer};
        request.body = path[1] == 'r' ? good_mail.dump() : "";
        both.push_back(asker.bench.vendors->http->send(std::move(request)));
    }
    const auto results = test::await_all(std::move(both));
    CHECK(std::chrono::steady_clock::now() - begin >= 300ms);
    CHECK(results[0].ok());
    CHECK(results[1].ok());
}

TEST_CASE("the sandbox serves hundreds of requests a second") {
    Asker asker;
    constexpr int requests = 600;
    const auto begin = std::chrono::steady_clock::now();
    for (int round = 0; round < requests / 30; ++round) {
        std::vector<boost::asio::awaitable<http::Result>> batch;
        for (int i = 0; i < 30; ++i) {
            http::Request request;
            request.method = "POST";
            request.url = http::join(asker.bench.sandbox.url(), "/resend/emails");
            request.headers = {bearer};
            request.body = good_mail.dump();
            batch.push_back(asker.bench.vendors->http->send(std::move(request)));
        }
        for (const auto& result : test::await_all(std::move(batch))) CHECK(result.ok());
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    MESSAGE("requests/s: " << static_cast<int>(requests / taken.count()));
    CHECK(asker.bench.sent("resend")["count"] == requests);
}

TEST_CASE("a port that is taken is said with its number") {
    const sandbox::Sandbox first;
    CHECK_THROWS_WITH_AS(sandbox::Sandbox({.address = "127.0.0.1", .port = first.port()}),
                         doctest::Contains(std::to_string(first.port()).c_str()), std::runtime_error);
}
