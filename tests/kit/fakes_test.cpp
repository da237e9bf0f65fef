// Stand-ins for activities: they fail as told, and count what they were asked.

#include <doctest/doctest.h>

#include "tests/kit/appointment.hpp"

namespace {

using namespace kit;
using durable::ApplicationError;
using durable::testing::TestEnvironment;
using durable::testing::TestFailure;

}  // namespace

TEST_CASE("a fake that fails three times is retried by the activity's policy, in virtual time") {
    TestEnvironment env;
    env.add(appointment, keep_appointment);
    auto sms = env.fake(remind_by_sms, [](const Sms&) { return "SM1"; }).fails(3);
    auto fee = env.fake(charge_fee, [](const std::string&) { return "fee"; });

    const auto run = env.start(appointment, {"+15550100", 25h}, "appointment-1");
    CHECK(env.result(appointment, run).reminders == 1);
    CHECK(sms.calls() == 4);
    CHECK(sms.effects() == 1);
    CHECK(fee.effects() == 1);
    CHECK(env.elapsed() >= 1h + 7min);  // back-off of 1, 2 and 4 minutes
}

TEST_CASE("an error that cannot be retried ends the run as the workflow lets it") {
    TestEnvironment env;
    env.add(appointment, keep_appointment);
    auto sms = env.fake(remind_by_sms, [](const Sms&) -> std::string {
        throw ApplicationError{"invalid_number", "no such number", {.retryable = false}};
    });
    env.fake(charge_fee, [](const std::string&) { return "fee"; });

    const auto run = env.start(appointment, {"nobody", 25h}, "appointment-1");
    CHECK_THROWS_AS(static_cast<void>(env.result(appointment, run)), durable::ActivityFailed);
    CHECK(sms.calls() == 1);
    CHECK(sms.effects() == 0);
}

TEST_CASE("an at-most-once vendor whose answer is lost is not called again") {
    TestEnvironment env;
    env.add(appointment, keep_appointment);
    env.fake(remind_by_sms, [](const Sms&) { return "SM1"; });
    auto fee = env.fake(charge_fee, [](const std::string&) -> std::string {
        throw durable::OutcomeUnknown{"the connection broke"};
    });

    const auto run = env.start(appointment, {"+15550100", 25h}, "appointment-1");
    try {
        static_cast<void>(env.result(appointment, run));
        FAIL("it ended well");
    } catch (const durable::ActivityFailed& failed) {
        CHECK(failed.outcome_unknown());
    }
    CHECK(fee.calls() == 1);
}

TEST_CASE("what comes too late for the worker, and a workflow nobody has added, are refused") {
    TestEnvironment env;
    CHECK_THROWS_WITH_AS(env.start(appointment, {"+15550100", 25h}, "a-1"), doctest::Contains("was added"),
                         TestFailure);
    env.add(appointment, keep_appointment);
    env.start(appointment, {"+15550100", 25h}, "a-1");
    CHECK_THROWS_WITH_AS(env.start(appointment, {"+15550100", 25h}, "a-1"), doctest::Contains("a-1 is taken"),
                         TestFailure);
    CHECK_THROWS_WITH_AS(env.fake(charge_fee, [](const std::string&) { return "fee"; }),
                         doctest::Contains("before the first start"), TestFailure);
}
