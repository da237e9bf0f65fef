// Onboarding broken at every commit boundary, and with every vendor's answers lost: one assistant, one
// number, one customer, one welcome, or nothing left of it at all.

#include <doctest/doctest.h>

#include <deque>
#include <memory>
#include <thread>

#include "activities/onboarding.hpp"
#include "engine/client/client.hpp"
#include "tests/faults/crash_scenario.hpp"

using namespace callflex;
using test::FaultWorld;

namespace {

constexpr const char* variables =
    R"({"businessName":"Northside Heating","businessDescription":"Heating repair"})";

std::string id_of(const FaultWorld& world) {
    return "onboarding-" + world.organization_id();
}

durable::client::RunRef run_of(const FaultWorld& world) {
    durable::client::RunRef run;
    run.workflow = durable::WorkflowId{id_of(world)};
    return run;
}

void start_onboarding(const FaultWorld& world) {
    const OnboardingRequest request{.organization_id = world.organization_id(),
                                    .template_slug = "general-receptionist",
                                    .variables = {variables},
                                    .area_code = "415"};
    world.start("onboarding", durable::encode(request), id_of(world));
}

/// The test call is told beforehand, so that the run ends by itself.
void start_to_the_end(const FaultWorld& world) {
    start_onboarding(world);
    durable::client::Client client{{.connection_string = world.database().url()}};
    client.signal(run_of(world), "completeStep", durable::Payload{"\"ready_for_testing\""}, "test call");
}

void require_set_up_once(const FaultWorld& world) {
    CHECK(world.value("select status from engine.closed_runs") == "completed");
    const auto vendors = world.at_vendors();
    CHECK(vendors["violations"] == nlohmann::json::array());
    CHECK(vendors["facts"]["vapi"]["assistants"] == 1);
    CHECK(vendors["facts"]["vapi"]["assistants_created"] == 1);
    CHECK(vendors["facts"]["vapi"]["assistants_without_number"] == 0);
    CHECK(vendors["facts"]["vapi"]["phone_numbers"] == 1);
    CHECK(vendors["facts"]["twilio"]["incoming_numbers"] == 1);
    CHECK(vendors["facts"]["twilio"]["purchases"] == 1);
    CHECK(world.sent("stripe")["count"] == 1);
    CHECK(world.sent("resend")["count"] == 1);
    CHECK(world.value("select count(*) from app.assistants where onboarding and status = 'active' and "
                      "vapi_assistant_id is not null") == "1");
    CHECK(
        world.value("select count(*) from app.phone_numbers n join app.assistants a on a.id = n.assistant_id "
                    "where n.onboarding and n.status = 'active' and n.twilio_sid is not null and "
                    "n.vapi_phone_number_id is not null and a.onboarding") == "1");
    CHECK(world.value("select count(*) from app.organizations where stripe_customer_id is not null") == "1");
    CHECK(world.value("select count(*) from app.live_events where type = 'onboarding_progress' and "
                      "payload->>'step' = 'complete'") == "1");
}

void require_nothing_left(const FaultWorld& world) {
    const auto vendors = world.at_vendors();
    CHECK(vendors["violations"] == nlohmann::json::array());
    CHECK(vendors["facts"]["vapi"]["assistants"] == 0);
    CHECK(vendors["facts"]["vapi"]["phone_numbers"] == 0);
    CHECK(vendors["facts"]["twilio"]["incoming_numbers"] == 0);
    CHECK(vendors["facts"]["twilio"]["purchases"] == vendors["facts"]["twilio"]["releases"]);
    CHECK(world.value("select count(*) from app.assistants where onboarding and status <> 'deleted'") == "0");
    CHECK(world.value("select count(*) from app.phone_numbers where onboarding and status <> 'released'") ==
          "0");
    CHECK(world.sent("resend")["count"] == 1);
    CHECK(world.sent("resend")["sent"][0]["subject"].get<std::string>().find("could not be set up") !=
          std::string::npos);
}

std::string published_step(const FaultWorld& world) {
    durable::client::Client client{{.connection_string = world.database().url()}};
    const auto state = client.published(run_of(world), onboarding_state);
    return state ? std::string{name(state->step)} : std::string{};
}

/// Everything is made, except that VAPI refuses, once, to let the assistant answer: the run waits for help.
void bring_to_failed_link(FaultWorld& world) {
    world.set_fault(
        {{"vendor", "vapi"}, {"mode", "error"}, {"status", 400}, {"method", "PATCH"}, {"times", 1}});
    start_onboarding(world);
    world.start_worker();
    while (published_step(world) != "error") std::this_thread::sleep_for(std::chrono::milliseconds{10});
    world.stop_workers();
}

/// One answer of a vendor that goes wrong.
struct Mishap {
    const char* vendor;
    const char* method;
    const char* path;
};

constexpr Mishap mishaps[] = {{"vapi", "GET", "/assistant"},
                              {"vapi", "POST", "/assistant"},
                              {"twilio", "GET", "/AvailablePhoneNumbers"},
                              {"twilio", "GET", "/IncomingPhoneNumbers"},
                              {"twilio", "POST", "/IncomingPhoneNumbers"},
                              {"vapi", "GET", "/v2/phone-number"},
                              {"vapi", "POST", "/phone-number"},
                              {"vapi", "PATCH", "/phone-number"},
                              {"stripe", "GET", "/v1/customers/search"},
                              {"stripe", "POST", "/v1/customers"},
                              {"resend", "POST", "/emails"}};

nlohmann::json fault_of(const Mishap& mishap, const char* mode, int times) {
    return {{"vendor", mishap.vendor}, {"method", mishap.method},
            {"path", mishap.path},     {"mode", mode},
            {"times", times},          {"status", 503}};
}

/// An onboarding in a world of its own.
struct Attempted {
    explicit Attempted(const std::vector<nlohmann::json>& faults, std::string told) : what(std::move(told)) {
        for (const auto& fault : faults) world.set_fault(fault);
        start_to_the_end(world);
        world.start_worker();
    }
    void finish() {
        CAPTURE(what);
        REQUIRE(world.becomes_quiet());
        CHECK(world.violations() == "");
        require_set_up_once(world);
    }
    std::string what;
    FaultWorld world;
};

class SeveralAtATime {
  public:
    void add(const std::vector<nlohmann::json>& faults, const std::string& what) {
        running_.push_back(std::make_unique<Attempted>(faults, what));
        if (running_.size() == 6) finish_one();
    }
    void finish() {
        while (!running_.empty()) finish_one();
    }

  private:
    void finish_one() {
        running_.front()->finish();
        running_.pop_front();
    }
    std::deque<std::unique_ptr<Attempted>> running_;
};

}  // namespace

TEST_CASE("onboarding makes everything once, wherever the worker breaks") {
    test::require_at_every_crash_point({.begin = [](FaultWorld& world) { start_to_the_end(world); },
                                        .verify =
                                            [](const FaultWorld& world) {
                                                require_set_up_once(world);
                                                world.keep_history(id_of(world), "onboarding.v1");
                                            },
                                        .points_min = 20});
}

TEST_CASE(
    "onboarding makes everything once although any one answer of a vendor is lost, refused or put off") {
    SeveralAtATime worlds;
    for (const Mishap& mishap : mishaps) {
        for (const char* mode : {"lost_answer", "error", "rate_limit"}) {
            worlds.add({fault_of(mishap, mode, 1)},
                       std::string{mode} + " " + mishap.vendor + " " + mishap.method + " " + mishap.path);
        }
    }
    worlds.finish();
}

TEST_CASE("onboarding makes everything once although every vendor loses its answer to every request once") {
    std::vector<nlohmann::json> faults;
    for (const Mishap& mishap : mishaps) faults.push_back(fault_of(mishap, "lost_answer", 1));
    Attempted{faults, "all answers lost once"}.finish();
}

TEST_CASE(
    "a cancelled onboarding leaves nothing at any vendor, wherever the worker breaks while taking it back") {
    test::require_at_every_crash_point(
        {.begin =
             [](FaultWorld& world) {
                 bring_to_failed_link(world);
                 durable::client::Client client{{.connection_string = world.database().url()}};
                 client.cancel(run_of(world), "changed their mind", "owner");
             },
         .verify =
             [](const FaultWorld& world) {
                 CHECK(world.value("select status from engine.closed_runs") == "canceled");
                 require_nothing_left(world);
                 world.keep_history(id_of(world), "onboarding.v1.canceled");
             },
         .points_min = 5});
}

TEST_CASE("after seven days without help nothing is left of an onboarding, and its run has failed") {
    FaultWorld world;
    bring_to_failed_link(world);
    world.database().advance(std::chrono::hours{24 * 7});
    world.start_worker();
    REQUIRE(world.becomes_quiet());
    CHECK(world.value("select status from engine.closed_runs") == "failed");
    require_nothing_left(world);
    CHECK(world.violations() == "");
}

TEST_CASE(
    "after a run was ended by force the next one takes up what it had made, instead of making it again") {
    FaultWorld world;
    bring_to_failed_link(world);
    durable::client::Client client{{.connection_string = world.database().url()}};
    client.terminate(run_of(world), "by hand", "operator");
    start_to_the_end(world);
    world.start_worker();
    REQUIRE(world.becomes_quiet());
    const auto vendors = world.at_vendors();
    CHECK(vendors["violations"] == nlohmann::json::array());
    CHECK(vendors["facts"]["vapi"]["assistants_created"] == 1);
    CHECK(vendors["facts"]["twilio"]["purchases"] == 1);
}
