// The kit finds workflows that would not do the same again: after each result, and in recorded files.

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "engine/trap/determinism_trap.hpp"
#include "tests/kit/appointment.hpp"

namespace {

using namespace kit;
using durable::Nothing;
using durable::Task;
using durable::Workflow;
using durable::WorkflowRegistry;
using durable::testing::replay_history;
using durable::testing::TestEnvironment;
using durable::testing::TestFailure;

constexpr durable::WorkflowType<Nothing, int> homesick{"homesick"};
constexpr durable::WorkflowType<Nothing, int> moody{"moody"};
constexpr durable::WorkflowType<Nothing, int> lingering{"lingering"};
constexpr durable::WorkflowType<Nothing, int> wavering{"wavering"};
constexpr durable::Signal<Nothing> never{"never"};

Task<int> reads_home(Workflow&, Nothing) {
    co_return std::getenv("HOME") == nullptr ? 0 : 1;
}

Task<int> reads_home_and_waits(Workflow& wf, Nothing) {
    const bool homeless = std::getenv("HOME") == nullptr;
    co_await wf.signals(never).receive();
    co_return homeless ? 0 : 1;
}

/// Another command each time it is run: what a static variable does.
Task<int> changes_its_mind(Workflow& wf, Nothing) {
    static int times = 0;
    co_await wf.sleep(std::chrono::hours{++times});
    co_return 1;
}

Task<int> changes_its_mind_and_waits(Workflow& wf, Nothing) {
    static int times = 0;
    co_await wf.sleep(std::chrono::hours{++times});
    co_await wf.signals(never).receive();
    co_return 1;
}

Task<Outcome> reminds_at_once(Workflow& wf, Appointment booked) {
    co_await wf.run(remind_by_sms, {booked.phone, "See you."});
    co_return Outcome{};
}

std::filesystem::path exported(TestEnvironment& env, durable::RunId run) {
    const std::filesystem::path file =
        std::filesystem::temp_directory_path() / ("kit-" + run.value.to_string() + ".json");
    std::ofstream{file} << durable::history::export_json(run, env.history(run));
    return file;
}

}  // namespace

TEST_CASE("a workflow that reads the environment fails the test that runs it" *
          doctest::skip(!durable::trap::DeterminismTrap::available())) {
    TestEnvironment env;
    env.add(homesick, reads_home);
    const auto run = env.start(homesick, Nothing{}, "homesick-1");
    CHECK_THROWS_WITH_AS(static_cast<void>(env.result(homesick, run)),
                         doctest::Contains("the code of homesick called getenv (environment)"), TestFailure);
}

TEST_CASE("a workflow that would not do the same again fails the test that runs it") {
    TestEnvironment env;
    env.add(moody, changes_its_mind);
    const auto run = env.start(moody, Nothing{}, "moody-1");
    CHECK_THROWS_WITH_AS(static_cast<void>(env.result(moody, run)),
                         doctest::Contains("would not do the same again"), TestFailure);
}

TEST_CASE("a run that is still open is replayed, too, when the test has waited" *
          doctest::skip(!durable::trap::DeterminismTrap::available())) {
    TestEnvironment env;
    env.add(lingering, reads_home_and_waits);
    env.start(lingering, Nothing{}, "lingering-1");
    CHECK_THROWS_WITH_AS(env.settle(), doctest::Contains("the code of lingering called getenv (environment)"),
                         TestFailure);
    CHECK_THROWS_AS(env.skip(1h), TestFailure);
}

TEST_CASE("an open run whose code changes its mind fails the test, trap or not") {
    TestEnvironment env;
    env.add(wavering, changes_its_mind_and_waits);
    env.start(wavering, Nothing{}, "wavering-1");
    CHECK_THROWS_WITH_AS(env.settle(), doctest::Contains("would not do the same again"), TestFailure);
}

TEST_CASE("a recorded history replays with the code that made it, and tells where other code parts from it") {
    TestEnvironment env;
    env.add(appointment, keep_appointment);
    env.fake(remind_by_sms, [](const Sms&) { return "SM1"; });
    env.fake(charge_fee, [](const std::string&) { return "fee"; });
    const auto run = env.start(appointment, {"+15550100", 48h}, "appointment-1");
    static_cast<void>(env.result(appointment, run));
    const auto file = exported(env, run);

    const auto same = replay_history(file, env.workflows());
    CHECK_FALSE(same.blocked);
    CHECK(same.run == run);
    CHECK(same.status == durable::replay::RunStatus::completed);
    CHECK(same.events > 5);

    WorkflowRegistry changed;
    changed.add(appointment, reminds_at_once);
    const auto other = replay_history(file, changed);
    REQUIRE(other.blocked);
    REQUIRE(other.blocked->mismatch);
    CHECK(other.blocked->mismatch->recorded.find("TimerStarted") != std::string::npos);
    CHECK(other.blocked->mismatch->source.find("determinism_test.cpp") != std::string::npos);
    std::filesystem::remove(file);
    CHECK_THROWS_AS(static_cast<void>(replay_history(file, env.workflows())), std::runtime_error);
}
