// The sandbox's VAPI and Twilio numbers are as strict as the vendors, and notice what was made twice.

#include <doctest/doctest.h>

#include "activities/http/encoding.hpp"
#include "tests/activities/vendor_bench.hpp"

using namespace callflex;
using nlohmann::json;
using test::await;

namespace {

constexpr const char* account = "/twilio/2010-04-01/Accounts/AC1";

struct Asker {
    test::VendorBench bench;

    http::Result ask(const std::string& method, const std::string& path, const std::string& body,
                     const std::string& type, const std::string& authorization) {
        http::Request request;
        request.method = method;
        request.url = http::join(bench.sandbox.url(), path);
        request.body = body;
        request.headers = {{"Authorization", authorization}};
        if (!body.empty()) request.headers.push_back({"Content-Type", type});
        return await(bench.vendors->http->send(std::move(request)));
    }
    http::Result vapi(const std::string& method, const std::string& path, const json& body = nullptr) {
        return ask(method, "/vapi" + path, body.is_null() ? "" : body.dump(), "application/json",
                   "Bearer key");
    }
    http::Result twilio(const std::string& method, const std::string& path, const http::Fields& form = {}) {
        return ask(method, account + path, http::form_encode(form), "application/x-www-form-urlencoded",
                   http::basic_authorization("AC1", "token"));
    }
    json made(const http::Result& result) { return json::parse(result.response->body); }
    json violations() { return bench.control("GET", "/sandbox/invariants")["violations"]; }
};

const json assistant{{"name", "A"}, {"model", {{"provider", "openai"}, {"model", "m"}}}};

json changed(const char* name, const json& value) {
    json body = assistant;
    body[name] = value;
    return body;
}

}  // namespace

TEST_CASE("the sandbox's VAPI refuses what VAPI refuses") {
    Asker asker;
    const auto status = [&](const json& body) { return asker.vapi("POST", "/assistant", body).status(); };
    CHECK(status(assistant) == 201);
    CHECK(status(changed("name", std::string(41, 'x'))) == 400);
    CHECK(status(changed("serverUrl", "https://x.example")) == 400);
    CHECK(status(changed("silenceTimeoutSeconds", 30)) == 400);
    CHECK(status(changed("maxDurationSeconds", 5)) == 400);
    CHECK(status(changed("endCallMessage", std::string(1001, 'x'))) == 400);
    CHECK(status(changed("server", {{"url", "https://x.example"}, {"secret", "s"}})) == 400);
    CHECK(status(changed("server", {{"url", "https://x.example"}, {"timeoutSeconds", 301}})) == 400);
    CHECK(status(changed("serverMessages", {"call-end"})) == 400);
    CHECK(status(changed("model", {{"provider", "openai"}})) == 400);
    CHECK(status(changed("model", {{"provider", "openai"}, {"model", "m"}, {"systemPrompt", "x"}})) == 400);
    CHECK(status({{"name", "A"}}) == 400);
    CHECK(asker.ask("POST", "/vapi/assistant", assistant.dump(), "text/plain", "Bearer key").status() == 400);
    CHECK(asker.ask("GET", "/vapi/assistant", "", "", "").status() == 401);
    CHECK(asker.vapi("GET", "/assistant/not-a-uuid").status() == 400);
    CHECK(asker.vapi("DELETE", "/assistant/5a5db0c5-0001-4000-8000-0000000000ff").status() == 404);
}

TEST_CASE("assistants are kept: read, changed with a new version, listed by time, deleted unless pinned") {
    Asker asker;
    const json made = asker.made(asker.vapi("POST", "/assistant", assistant));
    const std::string path = "/assistant/" + made["id"].get<std::string>();
    CHECK(asker.made(asker.vapi("PATCH", path, {{"name", "B"}}))["latestVersion"] == 2);
    CHECK(asker.made(asker.vapi("GET", path))["name"] == "B");
    CHECK(asker.made(asker.vapi("GET", "/assistant?createdAtGe=2020-01-01T00%3A00%3A00Z")).size() == 1);
    CHECK(asker.made(asker.vapi("GET", "/assistant?createdAtGe=2999-01-01T00%3A00%3A00Z")).empty());

    asker.twilio("POST", "/IncomingPhoneNumbers.json", {{"PhoneNumber", "+14155550100"}});
    const json import{{"provider", "twilio"},
                      {"number", "+14155550100"},
                      {"twilioAccountSid", "AC1"},
                      {"twilioAuthToken", "token"},
                      {"assistantId", made["id"]}};
    const json number = asker.made(asker.vapi("POST", "/phone-number", import));
    CHECK_FALSE(number.contains("twilioAuthToken"));
    CHECK(asker.vapi("DELETE", path).status() == 409);
    CHECK(asker.vapi("DELETE", "/phone-number/" + number["id"].get<std::string>()).status() == 200);
    CHECK(asker.vapi("DELETE", path).status() == 200);
    CHECK(asker.vapi("GET", path).status() == 404);
}

TEST_CASE("importing takes over the messaging URL unless it is told not to, as at VAPI") {
    Asker asker;
    const auto sms_url_after = [&](const char* number, bool sms) {
        asker.twilio("POST", "/IncomingPhoneNumbers.json",
                     {{"PhoneNumber", number}, {"SmsUrl", "https://ours.example/sms"}});
        asker.vapi("POST", "/phone-number",
                   {{"provider", "twilio"},
                    {"number", number},
                    {"twilioAccountSid", "AC1"},
                    {"twilioAuthToken", "token"},
                    {"smsEnabled", sms}});
        const auto listed =
            asker.twilio("GET", "/IncomingPhoneNumbers.json?PhoneNumber=" + http::percent_encode(number));
        return asker.made(listed)["incoming_phone_numbers"][0]["sms_url"].get<std::string>();
    };
    CHECK(sms_url_after("+14155550100", false) == "https://ours.example/sms");
    CHECK(sms_url_after("+14155550101", true) != "https://ours.example/sms");
    CHECK(asker
              .vapi("POST", "/phone-number",
                    {{"provider", "twilio"},
                     {"number", "+14155550102"},
                     {"twilioAccountSid", "AC1"},
                     {"twilioAuthToken", "token"}})
              .status() == 400);  // not bought
}

TEST_CASE("the sandbox's Twilio sells a number once, and refuses what Twilio refuses") {
    Asker asker;
    const auto buy = [&](const std::string& number) {
        return asker.made(asker.twilio("POST", "/IncomingPhoneNumbers.json", {{"PhoneNumber", number}}));
    };
    const std::string sid = buy("+14155550100")["sid"];
    CHECK(buy("+15005550000")["code"] == 21422);
    CHECK(buy("4155550100")["code"] == 21421);
    CHECK(buy("+14155559999")["code"] == 21422);
    const auto by_another = asker.ask("POST", "/twilio/2010-04-01/Accounts/AC2/IncomingPhoneNumbers.json",
                                      "PhoneNumber=%2B14155550100", "application/x-www-form-urlencoded",
                                      http::basic_authorization("AC2", "token"));
    CHECK(asker.made(by_another)["code"] == 21422);
    const auto offered = asker.twilio("GET", "/AvailablePhoneNumbers/US/Local.json?AreaCode=415&PageSize=2");
    CHECK(asker.made(offered)["available_phone_numbers"].size() == 2);
    CHECK(asker.made(offered)["available_phone_numbers"][0]["phone_number"] == "+14155550101");
    CHECK(asker.twilio("DELETE", "/IncomingPhoneNumbers/" + sid + ".json").status() == 204);
    CHECK(asker.twilio("DELETE", "/IncomingPhoneNumbers/" + sid + ".json").status() == 404);
}

TEST_CASE("what no careful client brings about is listed, vendor by vendor") {
    Asker asker;
    CHECK(asker.violations().empty());
    const json marked = changed("metadata", {{"opId", "op-1"}});
    asker.vapi("POST", "/assistant", marked);
    asker.vapi("POST", "/assistant", marked);
    for (int i = 0; i < 2; ++i) {
        asker.twilio("POST", "/IncomingPhoneNumbers.json", {{"PhoneNumber", "+14155550100"}});
        asker.vapi("POST", "/phone-number",
                   {{"provider", "twilio"},
                    {"number", "+14155550100"},
                    {"twilioAccountSid", "AC1"},
                    {"twilioAuthToken", "token"}});
    }
    const json lines = asker.violations();
    REQUIRE(lines.size() == 3);
    CHECK(lines[0] == "twilio: +14155550100 was bought although it was owned");
    CHECK(lines[1] == "vapi: 2 assistants were made for operation op-1");
    CHECK(lines[2] == "vapi: +14155550100 was imported 2 times");
    asker.bench.control("POST", "/sandbox/reset");
    CHECK(asker.violations().empty());
}

TEST_CASE("a call is steered at its control address, and what was said stands in the ledger") {
    Asker asker;
    const auto say = asker.vapi("POST", "/control/call-1", {{"type", "say"}, {"content", "Hello"}});
    CHECK(say.status() == 200);
    CHECK(asker.vapi("POST", "/control/call-1", {{"type", "dance"}}).status() == 400);
    CHECK(asker
              .vapi("POST", "/control/call-1",
                    {{"type", "transfer"}, {"destination", {{"type", "number"}, {"number", "dispatch"}}}})
              .status() == 400);
    const json sent = asker.bench.sent("vapi");
    REQUIRE(sent["count"] == 1);
    CHECK(sent["sent"][0]["text"] == "Hello");
}
