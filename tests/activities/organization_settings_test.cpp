#include <doctest/doctest.h>

#include "activities/email_address.hpp"
#include "activities/organization_settings.hpp"
#include "activities/phone_number.hpp"

using namespace callflex;

TEST_CASE("settings become typed values") {
    const auto reading = read_organization_settings(R"({
        "transfer_numbers": {"dispatch": ["+15550100300", "+15550100301"], "manager": "+15550100302"},
        "notifications": {"sms": ["+15550100400", "+15550100400"], "email": ["owner@example.com"]},
        "business_hours": {"monday": ["08:00-17:00"]},
        "overage_policy": "block",
        "voice": {"provider": "11labs", "voiceId": "sarah"}})");
    CHECK(reading.problems.empty());
    const auto& settings = reading.settings;
    CHECK(settings.numbers(TransferTarget::dispatch) ==
          std::vector<std::string>{"+15550100300", "+15550100301"});
    CHECK(settings.numbers(TransferTarget::manager) == std::vector<std::string>{"+15550100302"});
    CHECK(settings.numbers(TransferTarget::emergency).empty());
    CHECK(settings.notify_sms == std::vector<std::string>{"+15550100400"});
    CHECK(settings.notify_email == std::vector<std::string>{"owner@example.com"});
    REQUIRE(settings.business_hours);
    CHECK(settings.business_hours->weekly(std::chrono::Monday).size() == 1);
    CHECK(settings.overage_policy == OveragePolicy::block);
    CHECK(settings.voice_json.find("sarah") != std::string::npos);
}

TEST_CASE("settings that say nothing have defaults and no problems") {
    for (const char* json : {"", "{}", R"({"voice": null, "business_hours": null})"}) {
        const auto reading = read_organization_settings(json);
        CHECK(reading.problems.empty());
        CHECK_FALSE(reading.settings.business_hours);
        CHECK(reading.settings.overage_policy == OveragePolicy::allow);
    }
}

TEST_CASE("a mistake in settings is named with its path, without its value, and the rest is kept") {
    struct Row {
        const char* json;
        const char* problem;
    };
    const Row rows[]{
        {"[]", "settings: expected an object"},
        {"{", "settings: is not JSON"},
        {R"({"transfer_numbers": []})", "transfer_numbers: expected an object"},
        {R"({"transfer_numbers": {"dispatch": "555-0100"}})", "transfer_numbers.dispatch: expected a number"},
        {R"({"transfer_numbers": {"manager": ["+15550100300", 7]}})",
         "transfer_numbers.manager[1]: expected a number"},
        {R"({"transfer_numbers": {"janitor": "+15550100300"}})", "transfer_numbers: knows dispatch"},
        {R"({"notifications": {"sms": {}}})", "notifications.sms: expected a list"},
        {R"({"notifications": {"email": ["secret-address"]}})",
         "notifications.email[0]: expected an address"},
        {R"({"business_hours": {"monday": ["x"]}})", "business_hours.monday[0]: expected hours"},
        {R"({"overage_policy": "explode"})", "overage_policy: expected allow, warn or block"},
        {R"({"voice": "sarah"})", "voice: expected an object"},
    };
    for (const Row& row : rows) {
        CAPTURE(row.json);
        const auto reading = read_organization_settings(row.json);
        REQUIRE(reading.problems.size() == 1);
        CHECK(reading.problems.front().starts_with(row.problem));
        for (const char* value : {"555-0100", "secret-address", "janitor", "explode"}) {
            CHECK(reading.problems.front().find(value) == std::string::npos);
        }
    }
    const auto mixed = read_organization_settings(
        R"({"transfer_numbers": {"dispatch": ["bad", "+15550100300"]}, "overage_policy": "warn"})");
    CHECK(mixed.settings.numbers(TransferTarget::dispatch) == std::vector<std::string>{"+15550100300"});
    CHECK(mixed.settings.overage_policy == OveragePolicy::warn);
}

TEST_CASE("telephone numbers and addresses are recognised, and what is neither is not") {
    CHECK(normal_phone_number("(555) 010-0200") == "+15550100200");
    CHECK(normal_phone_number("1 555 010 0200") == "+15550100200");
    CHECK(normal_phone_number("+44 20 7123 4567") == "+442071234567");
    for (const char* bad :
         {"", "anonymous", "sip:a@b", "010 0200", "+0123456789", "555 010 0200 x7", "++15550100200"}) {
        CAPTURE(bad);
        CHECK(normal_phone_number(bad).empty());
    }
    CHECK(is_email_address("a.b+c@example.co.uk"));
    for (const char* bad :
         {"", "a", "@example.com", "a@", "a@b", "a@b.", "a b@c.de", "a@b@c.de", "a@c.de\n", "<a@c.de>"}) {
        CAPTURE(bad);
        CHECK_FALSE(is_email_address(bad));
    }
}
