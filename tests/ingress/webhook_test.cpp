// What a webhook leaves behind: one call, one run, whatever the order, the shape and the number of copies.

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <set>
#include <thread>

#include "tests/ingress/world.hpp"

using test::World;
using namespace std::chrono_literals;

namespace {

/// The samples are of one moment; the ingress believes times near its own.
void at_the_samples_time(callflex::ingress::IngressOptions& options) {
    options.now = [] { return std::chrono::system_clock::time_point{1795256191s}; };
}

std::optional<test::Answer> post_sample(const World& world, const std::string& name) {
    return test::exchange(world.port(),
                          test::request_with(World::organization, test::payload("vapi/" + name),
                                             fmt::format("X-Vapi-Secret: {}\r\n", World::secret)));
}

}  // namespace

TEST_CASE("an end-of-call report becomes a dedupe row with its raw bytes, an ended call, and a run") {
    const World world{at_the_samples_time};
    const auto answer = post_sample(world, "end-of-call-report.json");
    REQUIRE(answer->status == 200);
    CHECK(world.rows() == "1 1 1");
    CHECK(world.value("select convert_from(body, 'UTF8') from app.inbound_webhooks") ==
          test::payload("vapi/end-of-call-report.json"));
    CHECK(world.value("select digest = sha256(body) from app.inbound_webhooks") == "t");
    CHECK(world.value("select headers::text from app.inbound_webhooks").find(World::secret) ==
          std::string::npos);
    CHECK(world.value("select concat_ws(' ', organization_id, status, direction, from_number, to_number, "
                      "duration_seconds, cost_microdollars, ended_reason) from app.calls") ==
          fmt::format("{} ended inbound +15550100123 +15550100200 32 48300 customer-ended-call",
                      World::organization));
    CHECK(world.value(
              "select to_char(started_at at time zone 'UTC', 'HH24:MI:SS') || to_char(ended_at at time zone "
              "'UTC', ' HH24:MI:SS') from app.calls") == "10:15:02 10:15:33");
    CHECK(answer->json()["call_id"] == world.value("select id from app.calls"));
    CHECK(answer->json()["workflow_id"] == world.value("select workflow_id from engine.workflow_ids"));
    CHECK(world.value("select type || ' ' || tenant from engine.runs") ==
          fmt::format("call-processing {}", World::organization));
}

TEST_CASE("status first, report later: the call is opened, then completed under the key it was opened with") {
    const World world{at_the_samples_time};
    CHECK(post_sample(world, "status-update.in-progress.json")->status == 200);
    CHECK(world.value("select status from app.calls") == "in_progress");
    const std::string id = world.value("select id || ' ' || started_at from app.calls");
    CHECK(post_sample(world, "status-update.ended.json")->status == 200);
    CHECK(post_sample(world, "end-of-call-report.json")->status == 200);
    CHECK(world.rows() == "3 1 1");
    CHECK(world.value("select id || ' ' || started_at from app.calls") == id);
    CHECK(world.value("select concat_ws(' ', status, duration_seconds) from app.calls") == "ended 32");
    CHECK(world.value("select convert_from(activation, 'UTF8') from engine.history").find(id.substr(0, 36)) !=
          std::string::npos);
}

TEST_CASE("a late status update neither reopens a finished call nor changes what the report said") {
    const World world{at_the_samples_time};
    CHECK(post_sample(world, "end-of-call-report.json")->status == 200);
    // How often the vendor has said that it began and ended is counted on; everything else stays.
    const std::string all_but_updated =
        "select (to_jsonb(c) - array['updated_at', 'begun_heard', 'ended_heard'])::text from app.calls c";
    const std::string finished = world.value(all_but_updated);
    for (const char* late : {"status-update.ended.json", "status-update.in-progress.json",
                             "legacy.call-start.json", "status-update.forwarding.json"}) {
        CHECK(post_sample(world, late)->status == 200);
    }
    CHECK(world.value(all_but_updated) == finished);
    CHECK(world.value("select count(*) from engine.runs") == "1");
}

TEST_CASE("the older shapes and today's are the same call, and its report counts once") {
    const World world{at_the_samples_time};
    CHECK(post_sample(world, "legacy.call-start.json")->status == 200);
    const auto first = post_sample(world, "legacy.call-end.json");
    const std::string row = world.value("select to_jsonb(c)::text from app.calls c");
    const auto second = post_sample(world, "end-of-call-report.json");
    CHECK(first->body == second->body);
    CHECK(world.value("select to_jsonb(c)::text from app.calls c") == row);
    CHECK(world.rows() == "2 1 1");
}

TEST_CASE("fifty copies of a report at once are one call, one run and one answer") {
    const World world;
    const std::string request =
        test::signed_request(World::organization, test::report_of("copied"), World::secret);
    std::vector<std::string> answers(50);
    {
        std::vector<std::jthread> senders;
        for (auto& answer : answers) {
            senders.emplace_back([&] {
                const auto got = test::exchange(world.port(), request);
                answer = got ? std::to_string(got->status) + got->body : "none";
            });
        }
    }
    CHECK(std::set<std::string>(answers.begin(), answers.end()).size() == 1);
    CHECK(answers.front().starts_with("200{"));
    CHECK(world.rows() == "1 1 1");
    CHECK(world.post(test::report_of("copied"))->body == answers.front().substr(3));
    CHECK(world.rows() == "1 1 1");
}

TEST_CASE("messages of one call in any order at once end in one finished call and one run") {
    const World world;
    {
        std::vector<std::jthread> senders;
        for (const char* status : {"queued", "ringing", "in-progress", "forwarding", "ended", "report"}) {
            senders.emplace_back([&world, status] {
                const std::string body = std::string_view{status} == "report"
                                             ? test::report_of("shuffled")
                                             : test::status_of("shuffled", status);
                CHECK(world.post(body)->status == 200);
            });
        }
    }
    CHECK(world.rows() == "6 1 1");
    CHECK(world.value("select concat_ws(' ', status, duration_seconds) from app.calls") == "ended 120");
}

TEST_CASE("unknown events are acknowledged and counted, and store nothing") {
    const World world;
    const auto answer = world.post(R"({"message":{"type":"brand-new-event","call":{"id":"x"}}})");
    CHECK(answer->status == 200);
    CHECK(answer->body == "{}");
    CHECK(world.rows() == "0 0 0");
    const auto metrics = test::exchange(world.port(), "GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
    CHECK(metrics->body.find("ingress_vapi_events_total{type=\"other\"} 1") != std::string::npos);
}

TEST_CASE("any of the active secrets of organization and platform is accepted, for as long as it is active") {
    const World world{[](auto& options) { options.credentials_cached = 0ms; }};
    const auto status_with = [&](const std::string& secret) {
        return test::exchange(world.port(),
                              test::signed_request(World::organization, test::report_of("rotated"), secret))
            ->status;
    };
    CHECK(status_with(World::secret) == 200);
    CHECK(status_with(World::platform_secret) == 200);
    world.database.execute("update app.organization_secrets set active = false, retired_at = now()");
    CHECK(status_with(World::secret) == 401);
    CHECK(status_with(World::platform_secret) == 200);
}

TEST_CASE("a report about another organization's call, assistant or number is refused and stores nothing") {
    const World world;
    CHECK(world.post(test::report_of("owned"))->status == 200);
    const auto steal =
        test::signed_request(World::other_organization, test::report_of("owned"), World::platform_secret);
    CHECK(test::exchange(world.port(), steal)->status == 401);
    world.database.execute(
        fmt::format("insert into app.assistants (organization_id, id, name, prompt, first_message, "
                    "vapi_assistant_id) values "
                    "('{}', '0199f0a4-0000-7000-8000-0000000000b1', 'a', 'p', 'f', 'vapi-assistant-1')",
                    World::other_organization));
    const std::string body =
        R"({"message":{"type":"end-of-call-report","call":{"id":"new","assistantId":"vapi-assistant-1"}}})";
    CHECK(world.post(body)->status == 401);
    CHECK(world.rows() == "1 1 1");
    CHECK(test::exchange(world.port(),
                         test::signed_request(World::other_organization, body, World::platform_secret))
              ->status == 200);
    CHECK(world.value("select assistant_id from app.calls where vendor_call_id = 'new'") ==
          "0199f0a4-0000-7000-8000-0000000000b1");
}

TEST_CASE("an organization that sends too much is slowed down, but never loses a report") {
    const World world{[](auto& options) { options.requests_per_minute = 3; }};
    for (int i = 0; i < 3; ++i)
        CHECK(world.post(test::status_of(fmt::format("s{}", i), "ringing"))->status == 200);
    const auto limited = world.post(test::status_of("s4", "ringing"));
    CHECK(limited->status == 429);
    CHECK(std::stoi(limited->fields.at("retry-after")) > 0);
    CHECK(limited->json()["title"] == "Too Many Requests");
    CHECK(world.post(test::report_of("r1"))->status == 200);
    const auto other = test::signed_request(World::other_organization, test::status_of("o1", "ringing"),
                                            World::platform_secret);
    CHECK(test::exchange(world.port(), other)->status == 200);
}

TEST_CASE("health, readiness and metrics answer, and readiness tells a foreign schema") {
    const World world;
    const auto get = [&](const std::string& path) {
        return test::exchange(world.port(), "GET " + path + " HTTP/1.1\r\nHost: a\r\n\r\n");
    };
    CHECK(get("/healthz")->status == 200);
    CHECK(get("/readyz")->status == 200);
    CHECK(get("/metrics")->body.find("ingress_requests_total") != std::string::npos);
    world.database.execute(
        "insert into engine.migrations (area, number, name, contracts) values ('app', 9998, 'adds', false)");
    CHECK(get("/readyz")->status == 200);
    world.database.execute(
        "insert into engine.migrations (area, number, name, contracts) values ('app', 9999, 'removes', "
        "true)");
    CHECK(get("/readyz")->status == 503);
    CHECK(get("/readyz")->json()["detail"].get<std::string>().find("callflex migrate") != std::string::npos);
}
