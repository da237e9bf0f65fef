// Every commit boundary of a workflow, each broken in three ways; and that the runner sees what it must.

#include <doctest/doctest.h>

#include "tests/kit/appointment.hpp"

namespace {

using namespace kit;
using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::testing::every_crash_point;
using durable::testing::TestEnvironment;
using durable::testing::TestFailure;
using durable::testing::Ways;

void appointment_is_kept(TestEnvironment& env) {
    env.add(appointment, keep_appointment);
    auto sms = env.fake(remind_by_sms, [](const Sms&) { return "SM1"; });
    auto fee = env.fake(charge_fee, [](const std::string& phone) { return "fee of " + phone; });

    const auto run = env.start(appointment, {"+15550100", 24h * 3}, "appointment-1");
    env.at(10h, [&env, run] { env.signal(run, moved, 24h * 4); });

    const Outcome outcome = env.result(appointment, run);
    CHECK_FALSE(outcome.came);
    CHECK(outcome.fee == "fee of +15550100");
    CHECK(fee.effects() == 1);
    CHECK(sms.effects() >= 1);
}

constexpr durable::WorkflowType<Nothing, int> counting{"counting"};
constexpr durable::Activity<Nothing, int> count_up{"count_up",
                                                   {.start_to_close = 30s, .initial_interval = 1ms}};

Task<int> count_twice(Workflow& wf, Nothing) {
    const int first = co_await wf.run(count_up, Nothing{});
    co_await wf.sleep(1h);
    co_return first * 10 + co_await wf.run(count_up, Nothing{});
}

/// The mistake that the runner is for: a number that only the worker's memory knows.
void counts_in_memory(TestEnvironment& env) {
    static int count = 0;
    env.add(counting, count_twice);
    env.fake(count_up, [](const Nothing&) { return ++count; });
    const auto run = env.start(counting, Nothing{}, "counting-1");
    static_cast<void>(env.result(counting, run));
}

/// The same without the mistake.
void counts_by_effects(TestEnvironment& env) {
    env.add(counting, count_twice);
    env.fake(count_up, [](const Nothing&) { return 1; });
    CHECK(env.result(counting, env.start(counting, Nothing{}, "counting-1")) == 11);
}

}  // namespace

TEST_CASE("an appointment is kept whichever commit boundary its worker breaks at, and however") {
    const auto report = every_crash_point(appointment_is_kept, {.boundaries_min = 5});
    MESSAGE("commit boundaries: " << report.boundaries << ", broken worlds: " << report.broken);
    CHECK(report.broken >= report.boundaries);
}

TEST_CASE("in turns each boundary is broken once, and what depends on memory is found as well") {
    const auto report = every_crash_point(counts_by_effects, {.ways = Ways::in_turns});
    CHECK(report.broken >= 1);
    CHECK(report.broken <= report.boundaries);
    CHECK_THROWS_AS(every_crash_point(counts_in_memory, {.ways = Ways::in_turns}), TestFailure);
}

TEST_CASE("a scenario that does nothing does not pass") {
    CHECK_THROWS_WITH_AS(every_crash_point([](TestEnvironment&) {}, {.boundaries_min = 30}),
                         doctest::Contains("commit boundaries"), TestFailure);
}

TEST_CASE("a result that depends on the worker's memory is found, with the boundary at which it differs") {
    CHECK_THROWS_WITH_AS(every_crash_point(counts_in_memory),
                         doctest::Contains("counting-1: completed with 11; unbroken: completed with 12"),
                         TestFailure);
}
