// 1.9 Testing: what the kit gives to authors of workflows, each used as they would.

#include <filesystem>
#include <fstream>

#include "tests/conformance/support.hpp"

namespace {

using namespace conformance;
using namespace std::chrono_literals;
using durable::Activity;
using durable::Nothing;
using durable::RunId;
using durable::Task;
using durable::Workflow;
using durable::WorkflowType;
using durable::testing::every_crash_point;
using durable::testing::replay_history;
using durable::testing::TestEnvironment;
using durable::testing::TestFailure;

struct Reminder {
    std::string phone;
    durable::Duration in;
};
BOOST_DESCRIBE_STRUCT(Reminder, (), (phone, in))

constexpr WorkflowType<Reminder, std::string> remind{"remind"};
constexpr Activity<std::string, std::string> text{
    "text", {.start_to_close = 30s, .initial_interval = 1min, .maximum_attempts = 5}};
constexpr durable::Signal<durable::Duration> put_off{"put_off"};

Task<std::string> reminds(Workflow& wf, Reminder reminder) {
    durable::Timestamp when = wf.now() + reminder.in;
    auto delays = wf.signals(put_off);
    while (wf.now() < when) {
        auto first = co_await wf.any(wf.sleep(when - wf.now()), delays.receive());
        if (first.index == 1) when += std::get<1>(first.value);
    }
    co_return co_await wf.run(text, reminder.phone);
}
std::string sent_to(const std::string& phone) {
    return "sent to " + phone;
}

Task<std::string> reminds_at_once(Workflow& wf, Reminder reminder) {
    co_return co_await wf.run(text, reminder.phone);
}

}  // namespace

TEST_CASE("1.9 mocks: a fake answers with a function of the test, fails as told, and keeps every input") {
    TestEnvironment env;
    env.add(remind, reminds);
    auto texts = env.fake(text, sent_to).fails(2);
    const RunId run = env.start(remind, {"+15550100", 1h}, "remind-1");
    CHECK(env.result(remind, run) == "sent to +15550100");
    CHECK(texts.calls() == 3);
    CHECK(texts.effects() == 1);
    CHECK(texts.inputs() == std::vector<std::string>(3, "+15550100"));
}

TEST_CASE("1.9 mocks: an error of the fake's choice reaches the workflow as the real one would") {
    TestEnvironment env;
    env.add(remind, reminds);
    auto texts = env.fake(text, [](const std::string&) -> std::string {
        throw durable::ApplicationError{"InvalidNumber", "too short", {.retryable = false}};
    });
    const RunId run = env.start(remind, {"+1", 1h}, "remind-1");
    try {
        static_cast<void>(env.result(remind, run));
        FAIL("it ended well");
    } catch (const durable::ActivityFailed& failed) {
        CHECK(failed.cause()->type == "InvalidNumber");
    }
    CHECK(texts.calls() == 1);
}

TEST_CASE(
    "1.9 time skipping: months pass in a moment, nothing comes early, and retries wait in virtual time") {
    TestEnvironment env;
    env.add(remind, reminds);
    auto texts = env.fake(text, sent_to).fails(1);
    const RunId run = env.start(remind, {"+15550100", 24h * 90}, "remind-1");
    env.at(24h * 10, [&] { env.signal(run, put_off, 24h * 5); });
    env.skip(24h * 94);
    CHECK(texts.calls() == 0);
    CHECK(env.result(remind, run) == "sent to +15550100");
    CHECK(env.elapsed() >= 24h * 95 + 1min);
    CHECK(env.elapsed() < 24h * 95 + 10min);
}

TEST_CASE("1.9 time skipping: each environment has a clock and a database of its own") {
    TestEnvironment later;
    TestEnvironment now;
    for (TestEnvironment* env : {&later, &now}) {
        env->add(remind, reminds);
        env->fake(text, sent_to);
    }
    const RunId run = later.start(remind, {"+15550100", 24h}, "remind-1");
    CHECK(later.result(remind, run) == "sent to +15550100");
    CHECK(later.elapsed() >= 24h);
    CHECK(now.elapsed() < 1h);
    CHECK_FALSE(now.client().describe(named("remind-1")));
}

TEST_CASE("1.9 embedded server: a private Postgres and a real worker, in the test's own process") {
    TestEnvironment env;
    env.add(remind, reminds);
    env.fake(text, sent_to);
    const RunId run = env.start(remind, {"+15550100", 1h}, "remind-1");
    env.settle();
    CHECK(number(env, "select current_setting('server_version_num')::int") >= 150000);
    CHECK(number(env, "select count(*) from engine.live_runs") == 1);
    CHECK(env.client().live_workers().size() == 1);
    CHECK(env.result(remind, run) == "sent to +15550100");
    must_be_sound(env);
}

TEST_CASE("1.9 a wait for what nobody will do fails the test at once, and says what the run waits for") {
    TestEnvironment env;
    env.add(WorkflowType<Nothing, int>{"waits"}, [](Workflow& wf, Nothing) -> Task<int> {
        co_return co_await wf.signals(durable::Signal<int>{"never"}).receive();
    });
    const RunId run = env.start("waits", durable::encode(Nothing{}), "waits-1");
    CHECK_THROWS_WITH_AS(static_cast<void>(env.outcome(run)), doctest::Contains("signal never"), TestFailure);
}

TEST_CASE(
    "1.9 replayer: an exported history is replayed by any program, which tells where its code differs") {
    TestEnvironment env;
    env.add(remind, reminds);
    env.fake(text, sent_to);
    const RunId run = env.start(remind, {"+15550100", 1h}, "remind-1");
    static_cast<void>(env.outcome(run));
    const auto file =
        std::filesystem::temp_directory_path() / ("replayer-" + run.value.to_string() + ".json");
    std::ofstream{file} << durable::history::export_json(run, env.history(run));

    const auto same = replay_history(file, env.workflows());
    CHECK_FALSE(same.blocked);
    CHECK(same.run == run);
    CHECK(same.status == durable::replay::RunStatus::completed);
    durable::WorkflowRegistry changed;
    changed.add(remind, reminds_at_once);
    const auto other = replay_history(file, changed);
    REQUIRE(other.blocked);
    CHECK(other.blocked->mismatch->recorded == "TimerStarted for 3600000 ms");
    std::filesystem::remove(file);
}

// --- faults ------------------------------------------------------------------------------------------------

namespace {

void reminded_once(TestEnvironment& env) {
    env.add(remind, reminds_at_once);
    auto texts = env.fake(text, sent_to);
    const RunId run = env.start(remind, {"+15550100", 0s}, "remind-1");
    CHECK(env.result(remind, run) == "sent to +15550100");
    CHECK(texts.effects() >= 1);
}

constexpr WorkflowType<Nothing, int> counting{"counting"};
constexpr Activity<Nothing, int> count_up{"count_up", {.start_to_close = 30s, .initial_interval = 1ms}};

Task<int> counts_twice(Workflow& wf, Nothing) {
    const int first = co_await wf.run(count_up, Nothing{});
    co_return first * 10 + co_await wf.run(count_up, Nothing{});
}
/// The mistake that fault injection is for: a number that only the worker's memory knows.
void counts_in_memory(TestEnvironment& env) {
    static int count = 0;
    env.add(counting, counts_twice);
    env.fake(count_up, [](const Nothing&) { return ++count; });
    static_cast<void>(env.result(counting, env.start(counting, Nothing{}, "counting-1")));
}

}  // namespace

TEST_CASE(
    "1.9 fault injection: a scenario is run again for each commit boundary and each way to break there") {
    const auto report = every_crash_point(reminded_once);
    CHECK(report.boundaries >= 2);
    CHECK(report.broken >= report.boundaries);
}

TEST_CASE(
    "1.9 fault injection: what depends on a worker's memory is found, with the boundary that shows it") {
    CHECK_THROWS_WITH_AS(every_crash_point(counts_in_memory),
                         doctest::Contains("counting-1: completed with 11; unbroken: completed with 12"),
                         TestFailure);
}
