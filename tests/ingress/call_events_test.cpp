// What dashboards hear of a call: it begins once, it ends once, whatever order its messages come in.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <thread>

#include "tests/ingress/line.hpp"

using nlohmann::json;
using test::Line;
using test::World;

namespace {

std::string events(const Line& line) {
    return line.value("select string_agg(type, ' ' order by id) from app.live_events");
}

std::string line_of(const std::string& call, const std::string& text, long long timestamp) {
    return json{{"message",
                 {{"type", "transcript"},
                  {"transcriptType", "final"},
                  {"role", "user"},
                  {"timestamp", timestamp},
                  {"transcript", text},
                  {"call", {{"id", call}}}}}}
        .dump();
}

constexpr long long at = 1795256102512;

}  // namespace

TEST_CASE("a call's beginning, its final lines and its end are told, each once, with their facts") {
    const Line line;
    for (int i = 0; i < 2; ++i) {
        CHECK(line.sample("status-update.in-progress").status == 200);
        CHECK(line.sample("transcript.final").status == 200);
        CHECK(line.sample("transcript.partial").status == 200);
        CHECK(line.sample("status-update.ended").status == 200);
        CHECK(line.sample("end-of-call-report").status == 200);
    }
    CHECK(events(line) == "call_started transcript_update call_ended");
    const auto payload = [&](const char* type) {
        return json::parse(
            line.value(fmt::format("select payload from app.live_events where type = '{}'", type)));
    };
    CHECK(payload("call_started")["from_number"] == "+15550100123");
    CHECK(payload("transcript_update")["text"] ==
          "Hi, this is Pat. I am sick and cannot drive route 12 today.");
    CHECK(payload("transcript_update")["speaker"] == "caller");
    CHECK(payload("call_ended")["call_id"] == line.value("select id from app.calls"));
    CHECK(line.value("select count(distinct organization_id) from app.live_events") == "1");
}

TEST_CASE("a late beginning after the end is not told") {
    const Line line;
    CHECK(line.sample("end-of-call-report").status == 200);
    CHECK(line.sample("status-update.ended").status == 200);
    CHECK(line.sample("status-update.in-progress").status == 200);
    CHECK(events(line) == "call_ended");
}

TEST_CASE("the older shapes are told like today's") {
    const Line line;
    CHECK(line.sample("legacy.call-start").status == 200);
    CHECK(line.sample("legacy.transcript").status == 200);
    CHECK(line.sample("legacy.hang").status == 200);
    CHECK(line.sample("legacy.call-end").status == 200);
    CHECK(events(line) == "call_started transcript_update call_ended");
}

TEST_CASE("a line of a call that was not heard of opens it") {
    const Line line;
    CHECK(line.send(line_of("new-call", "Hello", at)).status == 200);
    CHECK(events(line) == "call_started transcript_update");
    CHECK(line.value("select status from app.calls") == "in_progress");
    CHECK(line.value("select length(body) from app.inbound_webhooks") == "0");
}

TEST_CASE("equal lines at different times are two, the same line again is one") {
    const Line line;
    for (const long long when : {at, at, at + 1}) CHECK(line.send(line_of("c1", "Yes.", when)).status == 200);
    CHECK(events(line) == "call_started transcript_update transcript_update");
}

TEST_CASE("a line neither reopens a finished call nor changes it") {
    const Line line;
    CHECK(line.sample("end-of-call-report").status == 200);
    CHECK(line.sample("transcript.final").status == 200);
    CHECK(line.value("select concat_ws(' ', status, duration_seconds, ended_reason) from app.calls") ==
          "ended 32 customer-ended-call");
    CHECK(events(line) == "call_ended transcript_update");
}

TEST_CASE("a call's messages all at once begin it once and end it once") {
    const Line line;
    for (int round = 0; round < 5; ++round) {
        const std::string call = fmt::format("shuffled-{}", round);
        std::vector<std::jthread> senders;
        for (const char* status : {"in-progress", "forwarding", "ended"}) {
            senders.emplace_back(
                [&line, call, status] { CHECK(line.send(test::status_of(call, status)).status == 200); });
        }
        for (int i = 0; i < 5; ++i) {
            senders.emplace_back([&line, call, i] {
                CHECK(line.send(line_of(call, fmt::format("Line {}", i), at + i)).status == 200);
            });
        }
        senders.emplace_back([&line, call] { CHECK(line.send(test::report_of(call)).status == 200); });
    }
    CHECK(line.value("select count(*) from app.live_events where type = 'call_ended'") == "5");
    CHECK(line.value("select count(*) from app.live_events where type = 'transcript_update'") == "25");
    CHECK(
        line.value("select max(n) <= 1 from (select count(*) filter (where type = 'call_started') as n from "
                   "app.live_events group by payload ->> 'call_id') t") == "t");
}

TEST_CASE("a line that names another organization's call is refused, and nobody hears of it") {
    const Line line;
    CHECK(line.sample("status-update.in-progress").status == 200);
    CHECK(line.sample("transcript.final", World::other_organization).status == 401);
    CHECK(events(line) == "call_started");
}
