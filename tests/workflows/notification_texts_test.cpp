// What people read about a call.

#include <doctest/doctest.h>

#include "activities/notification_texts.hpp"

using namespace callflex;

namespace {

CallToReport report() {
    return {{},
            "+15550100123",
            125,
            false,
            {"Pat is sick.", false, "support", "neutral", "Pat", {"Cover route 12."}}};
}

const ReportedTo acme{"Acme Freight", "Sat, Nov 21, 10:15 AM"};

}  // namespace

TEST_CASE("durations are said as people say them") {
    CHECK(duration_in_words(-3) == "0 s");
    CHECK(duration_in_words(45) == "45 s");
    CHECK(duration_in_words(120) == "2 min");
    CHECK(duration_in_words(125) == "2 min 5 s");
    CHECK(duration_in_words(3600) == "1 h");
    CHECK(duration_in_words(4205) == "1 h 10 min");
}

TEST_CASE("an SMS says who called, how long, what about and what to do") {
    CHECK(sms_text(report(), acme) ==
          "Acme Freight: Pat (+15550100123) called (2 min 5 s). Pat is sick.\nTo do: Cover route 12.");
}

TEST_CASE("an SMS stays short, however long the summary is") {
    CallToReport call = report();
    call.findings.summary = std::string(5000, 'x');
    call.findings.caller_name = std::string(5000, 'y');
    CHECK(sms_text(call, {std::string(5000, 'z'), ""}).size() <= 600);
    CHECK(email_subject(call, acme).size() <= 150);
}

TEST_CASE("a missed call is reported as one") {
    CallToReport call = report();
    call.missed = true;
    call.findings = {};
    CHECK(sms_text(call, acme) ==
          "Acme Freight: missed call from +15550100123, Sat, Nov 21, 10:15 AM. No message was left.");
    CHECK(email_subject(call, acme) == "Missed call from +15550100123 - Acme Freight");
    call.from_number = "";
    CHECK(
        email_text(call, acme).starts_with("A withheld number called Acme Freight on Sat, Nov 21, 10:15 AM"));
}

TEST_CASE("a call that could not be summarised is not called missed") {
    CallToReport call = report();
    call.findings.summary.reset();
    CHECK(sms_text(call, acme).find("missed") == std::string::npos);
    CHECK(sms_text(call, acme).find("transcript is in your dashboard") != std::string::npos);
}

TEST_CASE("an e-mail has the summary, the list of things to do, and says when no model was asked") {
    CallToReport call = report();
    CHECK(email_text(call, acme) ==
          "Pat (+15550100123) called Acme Freight on Sat, Nov 21, 10:15 AM and talked for 2 min 5 s.\n\n"
          "Pat is sick.\n\nTo do:\n- Cover route 12.\n\nYour CallFlex receptionist\n");
    call.findings.extractive = true;
    CHECK(email_text(call, acme).find("the call's own sentences") != std::string::npos);
}

TEST_CASE("names from outside cannot break out of their line") {
    CallToReport call = report();
    call.findings.caller_name = "Pat\r\nBcc: everybody@example.com";
    CHECK(email_subject(call, acme).find_first_of("\r\n") == std::string::npos);
    CHECK(email_subject(call, acme).find("Pat Bcc:") != std::string::npos);
}
