#include "api/ingress/vapi_message.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "api/ingress/text.hpp"
#include "tests/ingress/world.hpp"

using namespace callflex::ingress;
using namespace std::chrono_literals;

namespace {

const durable::Timestamp received = *parse_time("2026-11-21T10:16:31Z");

template <class T>
T read(const std::string& body) {
    const auto message = read_vapi_message(body, received);
    if (const auto* bad = std::get_if<Malformed>(&message)) FAIL(bad->problem);
    REQUIRE(std::holds_alternative<T>(message));
    return std::get<T>(message);
}

Malformed refused(const std::string& body) {
    const auto message = read_vapi_message(body, received);
    REQUIRE(std::holds_alternative<Malformed>(message));
    return std::get<Malformed>(message);
}

std::string envelope(const std::string& members) {
    return R"({"message":{"type":"end-of-call-report","call":{"id":"c1"})" + members + "}}";
}

}  // namespace

TEST_CASE("today's end-of-call report is read into one set of facts") {
    const auto report = read<CallReport>(test::payload("vapi/end-of-call-report.json"));
    CHECK(report.call.vapi_call_id == "0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01");
    CHECK(report.call.vapi_assistant_id == "5b0c9d8e-2a41-4f0e-8c77-1f2e3d4c5b6a");
    CHECK(report.call.vapi_phone_number_id == "c6ea6cb0-0dfb-4a65-918f-6a33abb54b64");
    CHECK(report.call.direction == "inbound");
    CHECK(report.call.from_number == "+15550100123");
    CHECK(report.call.to_number == "+15550100200");
    CHECK(format_time(report.started_at) == "2026-11-21T10:15:02.000000Z");
    CHECK(format_time(report.ended_at) == "2026-11-21T10:15:33.500000Z");
    CHECK(report.duration_seconds == 32);
    CHECK(report.cost_microdollars == 48'300);
    CHECK(report.ended_reason == "customer-ended-call");
    CHECK(report.transcript.starts_with("AI: Hello"));
    REQUIRE(report.segments.size() == 3);
    CHECK(report.segments[1].speaker == "caller");
    CHECK(report.segments[1].start_seconds == doctest::Approx(5.2));
    REQUIRE(report.recording_url);
    CHECK(report.recording_url->find("X-Signature") != std::string::npos);
}

TEST_CASE("the older call-end gives the same facts, with the time of arrival as its end") {
    const auto report = read<CallReport>(test::payload("vapi/legacy.call-end.json"));
    CHECK(report.call.vapi_call_id == "0199f0a4-5b1e-7aa2-9c33-6f6f3b0c1d01");
    CHECK(report.call.vapi_assistant_id == "5b0c9d8e-2a41-4f0e-8c77-1f2e3d4c5b6a");
    CHECK(report.call.to_number == "+15550100200");
    CHECK(report.ended_at == received);
    CHECK(report.started_at == received - 31500ms);
    CHECK(report.duration_seconds == 32);
    CHECK(report.cost_microdollars == 48'300);
    CHECK(report.segments.size() == 3);
    CHECK(report.recording_url.has_value());
}

TEST_CASE("status updates of both shapes become a status, and an unanswered call lasts no time") {
    CHECK(read<CallStatus>(test::payload("vapi/status-update.in-progress.json")).status == "in_progress");
    CHECK(read<CallStatus>(test::payload("vapi/status-update.forwarding.json")).status == "forwarding");
    const auto ended = read<CallStatus>(test::payload("vapi/status-update.ended.json"));
    CHECK(ended.status == "ended");
    CHECK(ended.ended_reason == "customer-ended-call");
    CHECK(ended.at == durable::Timestamp{1795256133700ms});
    CHECK(read<CallStatus>(test::payload("vapi/legacy.call-start.json")).status == "in_progress");

    const auto missed = read<CallReport>(test::payload("vapi/end-of-call-report.no-answer.json"));
    CHECK(missed.duration_seconds == 0);
    CHECK(missed.transcript.empty());
    CHECK(missed.call.direction == "outbound");
    CHECK(missed.call.to_number == "+15550100123");
    CHECK(format_time(missed.started_at) == "2026-11-21T10:15:00.120000Z");
}

TEST_CASE("events that nothing is done for are ignored") {
    read<CallReport>(test::payload("vapi/end-of-call-report.with-unlisted-fields.json"));
    for (const char* name : {"call.artifact.upload", "conversation-update", "hang", "legacy.hang",
                             "speech-update", "transcript.partial", "transfer-update"}) {
        CAPTURE(name);
        read<Ignored>(test::payload(fmt::format("vapi/{}.json", name)));
    }
    read<Ignored>(R"({"message":{"type":"something-new","call":7}})");
    read<Ignored>(R"({"message":{"type":"status-update","status":"reincarnated","call":{"id":"c1"}}})");
}

TEST_CASE("a member of the wrong type is refused with its path") {
    CHECK(refused(R"({"message":{"type":"end-of-call-report"}})").problem ==
          "message.call.id: the call's id is missing");
    CHECK(refused(R"({"type":"call-end","call":{"id":7}})").problem ==
          "call.id: expected string, found number");
    CHECK(refused(envelope(R"(,"cost":"free")")).problem == "message.cost: expected number, found string");
    CHECK(refused(envelope(R"(,"cost":-1)")).status == 422);
    CHECK(refused(envelope(R"(,"startedAt":"yesterday")"))
              .problem.starts_with("message.startedAt: expected an RFC 3339"));
    CHECK(refused(envelope(R"(,"artifact":{"messages":[{"role":"bot"},{"role":"user","message":[]}]})"))
              .problem == "message.artifact.messages[1].message: expected string, found array");
    CHECK(refused("[]").problem == "body: expected object");
    CHECK(refused("{\"type\":").status == 400);
    CHECK(refused(envelope(R"(,"cost":1e400000)")).status == 400);
    CHECK(refused(envelope(R"(,"endedReason":"\ud800")")).status == 400);
    CHECK(refused(R"({"type":"call-end","call":{"id":"a b"}})").problem ==
          "call.id: expected 1 to 128 visible ASCII characters");
}

TEST_CASE("text that no column can hold becomes storable, and times that cannot be are taken as now") {
    const auto report = read<CallReport>(envelope(
        R"(,"artifact":{"transcript":"a\u0000b"},"startedAt":"2001-01-01T00:00:00Z","endedAt":"2099-01-01T00:00:00Z")"));
    CHECK(report.transcript ==
          "a\xEF\xBF\xBD"
          "b");
    CHECK(report.ended_at == received);
    CHECK(report.duration_seconds == 0);
    CHECK(report.started_at == received);
}

TEST_CASE("telephone numbers become E.164 or nothing") {
    CHECK(phone_number("+1 (555) 010-0123") == "+15550100123");
    CHECK(phone_number("555-010-0123") == "+15550100123");
    CHECK(phone_number("15550100123") == "+15550100123");
    CHECK(phone_number("+442071838750") == "+442071838750");
    for (const char* bad : {"", "anonymous", "sip:pat@example.invalid", "+0123456789", "12345",
                            "+1555010012345678", "1+5550100123", "0551234567", "+15550100123;ext=4"}) {
        CHECK(phone_number(bad) == "");
    }
}

TEST_CASE("times are RFC 3339 and nothing else") {
    CHECK(parse_time("2026-11-21T11:15:02.5+01:00") == parse_time("2026-11-21T10:15:02.500Z"));
    for (const char* bad : {"", "2026-11-21", "2026-11-21T10:15:02", "2026-13-21T10:15:02Z",
                            "2026-02-30T10:15:02Z", "2026-11-21T24:00:00Z", "2026-11-21T10:15:02Zz",
                            "1026-11-21T10:15:02Z", "2026-11-21T10:15:02.Z", "2026-11-21 10:15:02Z"}) {
        CHECK_FALSE(parse_time(bad).has_value());
    }
}
