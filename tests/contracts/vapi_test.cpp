// Every request to VAPI, held against what VAPI takes.

#include <doctest/doctest.h>

#include "activities/vapi/assistants.hpp"
#include "activities/vapi/calls.hpp"
#include "activities/vapi/limits.hpp"
#include "activities/vapi/live_control.hpp"
#include "activities/vapi/phone_numbers.hpp"
#include "tests/contracts/contracts.hpp"

using namespace callflex;
using namespace callflex::vapi;
using test::fits;
using test::no_breaches;

namespace {

constexpr const char* id = "5a5db0c5-0001-4000-8000-000000000001";
constexpr durable::Timestamp some_time{std::chrono::sys_days{std::chrono::year{2026} / 11 / 21}};

AssistantSpec ordinary() {
    return {.organization_id = "0199f0a4-0000-7000-8000-0000000000a1",
            .op_id = "0199f0a4-0000-7000-8000-0000000000b1",
            .name = "Acme Freight - Reception",
            .first_message = "Hello, thanks for calling.",
            .prompt = "You are the receptionist.",
            .model = "",
            .voice = {R"({"provider":"11labs","voiceId":"sarah","stability":0.5})"},
            .functions = {"transferCall", "logDriverCallout", "scheduleCallback", "takeMessage",
                          "bookAppointment"}};
}

std::vector<AssistantSpec> specs() {
    std::vector<AssistantSpec> all(5, ordinary());
    all[1].name = "A business with a name that is far too long - and a template as well";
    all[2].name = "Zoë's Köttbullar & Smörgåsbord 🍖🍖🍖🍖🍖🍖🍖🍖🍖🍖🍖🍖🍖 - Restaurant host";
    all[3].voice = {};
    all[3].functions.clear();
    all[4].prompt = "\"quotes\", \\ and \n line ends \xff not UTF-8";
    return all;
}

}  // namespace

TEST_CASE(
    "assistants are created and changed as VAPI's schema wants them, whatever their names and prompts") {
    VendorConfig config = test::contract_config();
    for (const char* credential : {"", "cred-1"}) {
        config.vapi.credential_id = credential;
        for (const AssistantSpec& spec : specs()) {
            CHECK(problem_of(config, spec).empty());
            CHECK(fits("vapi.assistant.create", assistant_creation(config, spec)) == no_breaches);
            CHECK(fits("vapi.assistant.update", assistant_update(config, id, spec)) == no_breaches);
        }
    }
}

TEST_CASE("assistants are read, listed and deleted as VAPI wants it") {
    const VapiConfig config = test::contract_config().vapi;
    CHECK(fits("vapi.assistant.read", assistant_reading(config, id)) == no_breaches);
    CHECK(fits("vapi.assistant.delete", assistant_deletion(config, id)) == no_breaches);
    CHECK(fits("vapi.assistant.list", assistant_listing(config, some_time)) == no_breaches);
}

TEST_CASE("what VAPI would refuse is refused before anything is sent") {
    VendorConfig config = test::contract_config();
    const auto problem = [&](auto change) {
        AssistantSpec spec = ordinary();
        change(spec);
        return problem_of(config, spec);
    };
    CHECK(problem([](auto& spec) { spec.name = " - "; }).find("no name") != std::string::npos);
    CHECK(problem([](auto& spec) { spec.prompt.clear(); }).find("prompt") != std::string::npos);
    CHECK(problem([](auto& spec) { spec.first_message.clear(); }).find("first message") != std::string::npos);
    CHECK(problem([](auto& spec) { spec.functions = {"no_such"}; }).find("function") != std::string::npos);
    CHECK(problem([](auto& spec) { spec.voice = {"[]"}; }).find("voice") != std::string::npos);
    CHECK(problem([](auto& spec) { spec.voice = {R"({"voiceId":"x"})"}; }).find("provider") !=
          std::string::npos);
    config.api_url.clear();
    CHECK(problem([](auto&) {}).find("API_URL") != std::string::npos);
}

TEST_CASE("names are cut to 40 characters as JavaScript counts them, between characters") {
    CHECK(short_name("Acme") == "Acme");
    CHECK(short_name(std::string(41, 'x')) == std::string(40, 'x'));
    std::string meat;
    for (int i = 0; i < 21; ++i) meat += "🍖";
    CHECK(characters_in(short_name(meat)) == 40);
    CHECK(short_name(meat).size() == std::size_t{20} * 4);
    CHECK(short_name("0123456789012345678901234567890123456 - x").ends_with("6"));
}

TEST_CASE("numbers are imported without messaging, assigned, searched and deleted as VAPI wants it") {
    const VendorConfig config = test::contract_config();
    CHECK(fits("vapi.number.import", number_import(config, {.number = "+14155550100",
                                                            .name = std::string(80, 'n')})) == no_breaches);
    CHECK(fits("vapi.number.assign", number_assignment(config.vapi, id, id)) == no_breaches);
    CHECK(fits("vapi.number.assign", number_assignment(config.vapi, id, "")) == no_breaches);
    CHECK(fits("vapi.number.search", number_search(config.vapi, "+14155550100")) == no_breaches);
    CHECK(fits("vapi.number.delete", number_deletion(config.vapi, id)) == no_breaches);
}

TEST_CASE("calls are placed with the operation id in two places, and found again by it") {
    const VapiConfig config = test::contract_config().vapi;
    const OutboundCall call{.assistant_id = id,
                            .phone_number_id = id,
                            .to = "+15550100400",
                            .op_id = "0199f0a4-0000-7000-8000-0000000000b1",
                            .customer_name = std::string(80, 'c'),
                            .variables = {R"({"driver":"Pat"})"}};
    CHECK(problem_of(call).empty());
    CHECK(fits("vapi.call.create", call_creation(config, call)) == no_breaches);
    CHECK(fits("vapi.call.read", call_reading(config, id)) == no_breaches);
    CHECK(fits("vapi.call.list", call_listing(config, id, some_time)) == no_breaches);
    OutboundCall bad = call;
    bad.op_id = std::string(41, 'x');
    CHECK_FALSE(problem_of(bad).empty());
    bad = call;
    bad.to = "5550100";
    CHECK_FALSE(problem_of(bad).empty());
}

TEST_CASE("live control sends VAPI's bodies, without our private key") {
    const VapiConfig config = test::contract_config().vapi;
    const std::string url = "https://phone-call-websocket.aws-us-west-2-backend.vapi.ai/x/control";
    const Transfer blind{.number = "+15550100400", .message = "One moment."};
    const Transfer warm{.number = "+15550100400", .summary = "Pat is sick.", .mode = TransferMode::warm};
    const Transfer silent{.number = "+15550100400", .mode = TransferMode::warm};
    for (const Transfer& transfer : {blind, warm, silent})
        CHECK(test::breaches("vapi.control.transfer", transfer_control(config, url, transfer), "") ==
              no_breaches);
    CHECK(test::breaches("vapi.control.say", say_control(config, url, "Hello", false), "") == no_breaches);
    CHECK(test::breaches("vapi.control.end", end_call_control(config, url), "") == no_breaches);
}

TEST_CASE("a control URL is called only at an allowed host, and only over https") {
    VapiConfig config;
    CHECK(control_url(config, "https://x.vapi.ai/a/control").host == "x.vapi.ai");
    CHECK(control_url(config, "https://vapi.ai/control").host == "vapi.ai");
    for (const char* refused :
         {"http://x.vapi.ai/control", "https://vapi.ai.evil.example/control", "https://evilvapi.ai/control",
          "https://x.vapi.ai:8443/control", "https://user@x.vapi.ai/control", "https://127.0.0.1/control",
          "https://x.vapi.ai@evil.example/", "ftp://x.vapi.ai/", "not an url", ""}) {
        CAPTURE(refused);
        CHECK_THROWS_AS(static_cast<void>(control_url(config, refused)), http::BadUrl);
    }
    config.control_hosts = {"http://127.0.0.1:8081"};
    CHECK(control_url(config, "http://127.0.0.1:8081/vapi/control/1").port == 8081);
    CHECK_THROWS_AS(static_cast<void>(control_url(config, "http://127.0.0.1:8082/")), http::BadUrl);
    CHECK_THROWS_AS(static_cast<void>(control_url(config, "https://x.vapi.ai/")), http::BadUrl);
}
