// Every request to Twilio, Resend and OpenAI, held against what they take.

#include <doctest/doctest.h>

#include "activities/openai/call_questions.hpp"
#include "activities/resend/emails.hpp"
#include "activities/twilio/messages.hpp"
#include "activities/twilio/numbers.hpp"
#include "tests/contracts/contracts.hpp"

using namespace callflex;
using test::fits;
using test::no_breaches;

namespace {

constexpr const char* sid = "PN00000000000000000000000000000001";

}  // namespace

TEST_CASE("Twilio's numbers are searched, bought, found, configured and released as Twilio wants it") {
    const VendorConfig config = test::contract_config();
    CHECK(fits("twilio.number.search", twilio::number_search(config.twilio, "415")) == no_breaches);
    CHECK(fits("twilio.number.buy",
               twilio::number_purchase(
                   config, {.number = "+14155550100", .op_id = "0199f0a4-0000-7000-8000-0000000000b1"})) ==
          no_breaches);
    CHECK(fits("twilio.number.find", twilio::number_lookup(config.twilio, "+14155550100")) == no_breaches);
    CHECK(fits("twilio.number.configure", twilio::number_configuration(config, sid)) == no_breaches);
    CHECK(fits("twilio.number.release", twilio::number_release(config.twilio, sid)) == no_breaches);
}

TEST_CASE("area codes are three digits that a number can begin with") {
    for (const char* good : {"415", "200", "999"}) CHECK(twilio::is_area_code(good));
    for (const char* bad : {"", "41", "4155", "115", "015", "4a5", "+41", "415 "})
        CHECK_FALSE(twilio::is_area_code(bad));
}

TEST_CASE("messages are sent and listed as Twilio wants it") {
    const VendorConfig config = test::contract_config();
    for (const std::string& body : {std::string{"a&b=c+d é"}, std::string(1580, 'x')}) {
        CHECK(fits("twilio.message.create",
                   twilio::creation_request(config, {"+15550100400", body}, "run/5")) == no_breaches);
    }
    CHECK(fits("twilio.message.list", twilio::listing_request(config.twilio, "+15550100400")) == no_breaches);
}

TEST_CASE("mails are sent as Resend wants it: one recipient, and a key that fits") {
    const VendorConfig config = test::contract_config();
    const EmailRequest mail{"owner@acme.example", "Zoë called", "text", "call-processed"};
    CHECK(fits("resend.email", resend::sending_request(config.resend, mail, std::string(200, 'k'))) ==
          no_breaches);
}

TEST_CASE("questions to a model are asked as OpenAI wants it, in strict mode") {
    const VendorConfig config = test::contract_config();
    for (const auto& question : {openai::summary_question("Hi"), openai::facts_question("Hi")})
        CHECK(fits("openai.chat", openai::chat_request(config.openai, "gpt-5.4-mini", question)) ==
              no_breaches);
}
