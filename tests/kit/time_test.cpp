// Virtual time: months pass in the blink of an eye, and nothing in them is missed.

#include <doctest/doctest.h>

#include "tests/kit/appointment.hpp"

namespace {

using namespace kit;
using durable::Nothing;
using durable::testing::TestEnvironment;
using durable::testing::TestFailure;

/// A person's decision.
constexpr durable::Activity<Nothing, int> approve{"approve",
                                                  {.start_to_close = 24h * 3, .maximum_attempts = 1}};

std::string take_sms(const Sms&) {
    return "SM1";
}
std::string take_fee(const std::string& phone) {
    return "fee of " + phone;
}

}  // namespace

TEST_CASE("thirty days pass in a moment: the reminder comes a day before, and the fee when nobody comes") {
    TestEnvironment env;
    env.add(appointment, keep_appointment);
    auto sms = env.fake(remind_by_sms, take_sms);
    auto fee = env.fake(charge_fee, take_fee);

    const auto begun = std::chrono::steady_clock::now();
    const auto run = env.start(appointment, {"+15550100", 24h * 30}, "appointment-1");
    const Outcome outcome = env.result(appointment, run);

    CHECK_FALSE(outcome.came);
    CHECK(outcome.fee == "fee of +15550100");
    CHECK(sms.inputs().at(0).to == "+15550100");
    CHECK(sms.calls() == 1);
    CHECK(fee.calls() == 1);
    CHECK(env.elapsed() >= 24h * 30 + 15min);
    CHECK(env.elapsed() < 24h * 30 + 1h);
    CHECK(std::chrono::steady_clock::now() - begun < 30s);
}

TEST_CASE("what the test does at a moment of virtual time happens then") {
    TestEnvironment env;
    env.add(appointment, keep_appointment);
    auto sms = env.fake(remind_by_sms, take_sms);
    auto fee = env.fake(charge_fee, take_fee);

    const auto run = env.start(appointment, {"+15550100", 24h * 3}, "appointment-1");
    int before_it_was_due = -1;
    env.at(10h, [&] { env.signal(run, moved, 24h * 4); });
    env.at(24h * 5, [&] { before_it_was_due = env.query(run, reminders_sent, Nothing{}); });
    env.at(24h * 7 + 5min, [&] { env.signal(run, arrived, Nothing{}); });

    const Outcome outcome = env.result(appointment, run);
    CHECK(outcome.came);
    CHECK(before_it_was_due == 0);
    CHECK(outcome.reminders == 1);
    CHECK(sms.calls() == 1);
    CHECK(fee.calls() == 0);
}

TEST_CASE("time that is skipped stops at everything that is due in it") {
    TestEnvironment env;
    env.add(appointment, keep_appointment);
    auto sms = env.fake(remind_by_sms, take_sms);
    auto fee = env.fake(charge_fee, take_fee);
    const auto run = env.start(appointment, {"+15550100", 24h * 30}, "appointment-1");

    env.skip(24h * 28);
    CHECK(sms.calls() == 0);
    env.skip(25h);
    CHECK(sms.calls() == 1);
    CHECK(env.query(run, reminders_sent, Nothing{}) == 1);
    env.skip(24h * 30);
    CHECK(fee.calls() == 1);
    CHECK(env.outcome(run).status == durable::replay::RunStatus::completed);
}

TEST_CASE("a run that waits for what nobody will send is told, not waited for") {
    struct Waits {
        static durable::Task<int> forever(durable::Workflow& wf, Nothing) {
            co_return co_await wf.signals(durable::Signal<int>{"never"}).receive();
        }
    };
    static constexpr durable::WorkflowType<Nothing, int> waits{"waits"};
    TestEnvironment env;
    env.add(waits, Waits::forever);
    const auto run = env.start(waits, Nothing{}, "waits-1");
    CHECK_THROWS_WITH_AS(static_cast<void>(env.result(waits, run)), doctest::Contains("signal never"),
                         TestFailure);
}

TEST_CASE("an activity that was handed out and is never answered runs out of time, in virtual time") {
    struct Asks {
        static durable::worker::awaitable<int> person(durable::ActivityContext& context, Nothing) {
            context.complete_later();
            co_return 0;
        }
        static durable::Task<bool> and_waits(durable::Workflow& wf, Nothing) {
            const auto answered = co_await wf.attempt(approve, {});
            co_return answered.ok();
        }
    };
    static constexpr durable::WorkflowType<Nothing, bool> asks{"asks"};
    TestEnvironment env;
    env.add(asks, Asks::and_waits);
    env.activities().external(approve, Asks::person);
    CHECK_FALSE(env.result(asks, env.start(asks, Nothing{}, "asks-1")));
    CHECK(env.elapsed() >= 24h * 3);
}
