#include "engine/replay/activity_machine.hpp"
#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

Task<std::string> one_job(Workflow& wf, Job job) {
    const Done done = co_await wf.run(work, {job.name, job.size + 1});
    co_return done.text;
}

// An activity called with the wrong type does not compile.
template <class Input>
concept RunsWith = requires(Workflow& wf, Input input) { wf.run(work, input); };
static_assert(RunsWith<Job> && !RunsWith<std::string> && !RunsWith<int> && !RunsWith<Done>);

TEST_CASE("a run schedules its activity, waits, and completes with its result") {
    Script script{one_job, Job{"paint", 2}};
    script.feed();
    CHECK(script.said() == "ActivityScheduled 2");
    const auto& command = script.command<history::ActivityScheduled>(0);
    CHECK(command.type == "work");
    CHECK(decode<Job>(command.input) == Job{"paint", 3});
    CHECK(command.options.retry.maximum_attempts == 3);
    CHECK(command.source.starts_with("replay/activities_test.cpp:"));
    CHECK(script.execution().pending_activities().at(0).scheduled == EventId{2});
    CHECK(script.execution().pending_activities().at(0).command->type == "work");

    script.complete(2, Done{"painted"});
    CHECK(script.said() == "WorkflowCompleted 4");
    CHECK(script.result<std::string>() == "painted");
    CHECK(script.status() == replay::RunStatus::completed);
    CHECK(script.execution().pending_activities().empty());
}

TEST_CASE(
    "an awaited activity that failed throws ActivityFailed, which ends the run as failed if nobody catches "
    "it") {
    Script script{one_job, Job{"paint", 2}};
    script.feed().feed(Script::failed(2, "OutOfPaint"));
    CHECK(script.said() == "WorkflowFailed 4");
    const Failure& failure = script.command<history::WorkflowFailed>(0).failure;
    CHECK(failure.to_string() ==
          "activity work failed after 3 attempts (maximum_attempts): OutOfPaint: no luck");
    CHECK(script.status() == replay::RunStatus::failed);
}

Task<std::string> names_the_exception(Workflow& wf, Nothing) {
    std::string caught;
    try {
        co_await wf.run(ping, {});
    } catch (const TimedOut&) {
        caught = "TimedOut";
    } catch (const Canceled&) {
        caught = "Canceled";
    } catch (const ActivityFailed&) {
        caught = "ActivityFailed";
    }
    co_return caught;
}

TEST_CASE("the exception's class follows the kind of the recorded failure") {
    const auto caught_for = [](FailureKind kind) {
        Script script{names_the_exception};
        script.feed().feed(history::ActivityFailed{EventId{2}, Failure{.kind = kind, .activity = "ping"}});
        return script.result<std::string>();
    };
    CHECK(caught_for(FailureKind::activity) == "ActivityFailed");
    CHECK(caught_for(FailureKind::timed_out) == "TimedOut");
    CHECK(caught_for(FailureKind::canceled) == "Canceled");
}

Task<std::string> attempts(Workflow& wf, Nothing) {
    const Outcome<Done> first = co_await wf.attempt(work, {"a", 1});
    const Outcome<Done> second = co_await wf.attempt(wf.run(work, {"b", 2}));
    co_return (first.ok() ? "ok" : first.failure().cause->type) + '/' +
        (second.ok() ? second.value().text : "failed");
}

TEST_CASE("attempt gives failure and success as values") {
    Script script{attempts};
    script.feed().feed(Script::failed(2, "Broken")).complete(4, Done{"fine"});
    CHECK(script.result<std::string>() == "Broken/fine");
}

Task<std::string> started_early(Workflow& wf, Nothing) {
    const auto slow = wf.start(work, {"slow", 1});
    const Done quick = co_await wf.run(other_work, {"quick", 1});
    const bool was_done = slow.done();
    const Done done = co_await slow;
    const Done again = co_await slow;
    co_return quick.text + '/' + done.text + '/' + again.text + (was_done ? "/early" : "/late");
}

TEST_CASE("start issues its command at once; the handle is awaited later, before or after the result came") {
    Script script{started_early};
    script.feed();
    CHECK(script.said() == "ActivityScheduled 2, ActivityScheduled 3");
    SUBCASE("the result comes first") {
        script.complete(2, Done{"s"}).complete(3, Done{"q"});
        CHECK(script.result<std::string>() == "q/s/s/early");
    }
    SUBCASE("the await comes first") {
        script.complete(3, Done{"q"}).complete(2, Done{"s"});
        CHECK(script.result<std::string>() == "q/s/s/late");
    }
}

Task<Nothing> lazy(Workflow& wf, Nothing) {
    auto later = wf.run(work, {"later", 1});
    co_await wf.run(ping, {});
    co_await std::move(later);
    co_return Nothing{};
}

TEST_CASE("run issues its command only when it is awaited") {
    Script script{lazy};
    script.feed();
    CHECK(script.said() == "ActivityScheduled 2");
    CHECK(script.command<history::ActivityScheduled>(0).type == "ping");
    script.complete(2, Nothing{});
    CHECK(script.command<history::ActivityScheduled>(0).type == "work");
}

Task<Nothing> without_time_out(Workflow& wf, Nothing) {
    co_await wf.run(endless, {});
    co_return Nothing{};
}

TEST_CASE("an activity without any *-to-close time-out blocks the activation and says what to do") {
    Script script{without_time_out};
    const replay::Blocked blocked = script.feed_blocked();
    CHECK(blocked.kind == replay::Blocked::Kind::invalid_command);
    CHECK(blocked.reason.find("activity endless at replay/activities_test.cpp:") == 0);
    CHECK(blocked.reason.find("give one of them") != std::string::npos);
}

/// What a test says about options, as the input of a workflow.
struct Times {
    Duration schedule_to_close{0};
    Duration start_to_close{0};
    Duration heartbeat{0};
    Duration initial_interval{1s};
    double coefficient = 2;
    int attempts = 0;
};
BOOST_DESCRIBE_STRUCT(Times, (),
                      (schedule_to_close, start_to_close, heartbeat, initial_interval, coefficient, attempts))

Task<Nothing> with_times(Workflow& wf, Times times) {
    ActivityOptions options;
    options.schedule_to_close = times.schedule_to_close;
    options.start_to_close = times.start_to_close;
    options.heartbeat = times.heartbeat;
    options.retry.initial_interval = times.initial_interval;
    options.retry.backoff_coefficient = times.coefficient;
    options.retry.maximum_attempts = times.attempts;
    co_return co_await wf.run(ping, {}, options);
}

ActivityOptions recorded_for(const Times& times, std::optional<Duration> run_timeout = {}) {
    Script script{with_times, times, run_timeout};
    script.feed();
    return script.command<history::ActivityScheduled>(0).options;
}

TEST_CASE("time-outs that are not given follow from those that are, and none exceeds the run's") {
    ActivityOptions recorded = recorded_for({.schedule_to_close = 60s});
    CHECK(recorded.schedule_to_start == 60s);
    CHECK(recorded.start_to_close == 60s);
    CHECK(recorded.heartbeat == 0s);

    recorded = recorded_for({.schedule_to_close = 60s, .start_to_close = 90s, .heartbeat = 2min});
    CHECK(recorded.start_to_close == 60s);
    CHECK(recorded.heartbeat == 60s);

    recorded = recorded_for({.start_to_close = 10s});
    CHECK(recorded.schedule_to_close == 0s);
    CHECK(recorded.schedule_to_start == 0s);

    recorded = recorded_for({.start_to_close = 10s}, 1h);
    CHECK(recorded.schedule_to_close == 1h);
    CHECK(recorded.schedule_to_start == 1h);

    recorded = recorded_for({.schedule_to_close = 2h}, 30min);
    CHECK(recorded.schedule_to_close == 30min);
    CHECK(recorded.start_to_close == 30min);
}

TEST_CASE("nonsense in the options blocks the activation and is named") {
    const auto blocked_with = [](const Times& times, const std::string& problem) {
        Script script{with_times, times};
        const replay::Blocked blocked = script.feed_blocked();
        return blocked.kind == replay::Blocked::Kind::invalid_command &&
               blocked.reason.find(problem) != std::string::npos;
    };
    CHECK(blocked_with({.start_to_close = 1s, .heartbeat = -1s}, "negative time-out"));
    CHECK(blocked_with({.start_to_close = 1s, .initial_interval = 0s}, "initial_interval"));
    CHECK(blocked_with({.start_to_close = 1s, .coefficient = 0.5}, "below 1"));
    CHECK(blocked_with({.start_to_close = 1s, .attempts = -1}, "maximum_attempts"));
}

struct Slot {
    int priority = 3;
    std::string key{};
    int concurrency = 0;
    double per_second = 0;
    int burst = 1;
};
BOOST_DESCRIBE_STRUCT(Slot, (), (priority, key, concurrency, per_second, burst))

Task<Nothing> with_slot(Workflow& wf, Slot slot) {
    ActivityOptions options = ping.options();
    options.priority = slot.priority;
    options.limit = ActivityLimit{slot.key, slot.concurrency, slot.per_second, slot.burst};
    co_return co_await wf.run(ping, {}, options);
}

TEST_CASE("a priority and a limit are recorded with the call") {
    Script script{with_slot, Slot{.priority = 1, .key = "twilio", .concurrency = 4, .per_second = 0.5}};
    script.feed();
    const ActivityOptions& options = script.command<history::ActivityScheduled>(0).options;
    CHECK(options.priority == 1);
    CHECK(options.limit == ActivityLimit{.key = "twilio", .concurrency = 4, .per_second = 0.5, .burst = 1});
}

TEST_CASE("a local activity is one that is recorded as such, and goes to no queue and under no limit") {
    const auto problem = [](auto change) {
        ActivityOptions options{.start_to_close = 1s, .local = true};
        change(options);
        const auto normalised = replay::normalise(options, 0s);
        return normalised.index() == 1 ? std::get<std::string>(normalised) : "";
    };
    CHECK(problem([](ActivityOptions&) {}).empty());
    CHECK(problem([](ActivityOptions& o) { o.queue = "far"; }).find("local") != std::string::npos);
    CHECK(problem([](ActivityOptions& o) { o.heartbeat = 1s; }).find("local") != std::string::npos);
    CHECK(problem([](ActivityOptions& o) { o.limit = ActivityLimit{.key = "k"}; }).find("local") !=
          std::string::npos);
}

TEST_CASE("a priority or a limit that makes no sense blocks the activation and is named") {
    const auto problem = [](const Slot& slot) {
        Script script{with_slot, slot};
        const std::string reason = script.feed_blocked().reason;
        return reason.substr(reason.find(" has ") + 5);
    };
    CHECK(problem({.priority = 0, .key = "k"}) == "a priority that is not 1 (first) to 5 (last)");
    CHECK(problem({.priority = 6, .key = "k"}) == "a priority that is not 1 (first) to 5 (last)");
    CHECK(problem({.key = ""}) == "a limit whose key has not 1 to 200 bytes");
    CHECK(problem({.key = std::string(201, 'k')}) == "a limit whose key has not 1 to 200 bytes");
    CHECK(problem({.key = "k", .concurrency = -1}) == "a limit with a negative concurrency");
    CHECK(problem({.key = "k", .per_second = -0.1}) == "a limit with an impossible per_second");
    CHECK(problem({.key = "k", .burst = 0}) == "a limit with a burst below 1");
}

TEST_CASE("results that nobody expects are dropped unrecorded: unknown, or a second time in the same batch") {
    Script script{one_job, Job{"paint", 2}};
    script.feed();
    CHECK_FALSE(script.execution().expects(Script::completed(7, Done{"?"})));
    CHECK(script.execution().expects(Script::completed(2, Done{"?"})));
    script.feed(Script::completed(7, Done{"stranger"}), Script::completed(2, Done{"first"}),
                Script::completed(2, Done{"second"}), Script::failed(2, "Third"));
    CHECK(script.history().back().arrived.size() == 1);
    CHECK(script.result<std::string>() == "first");
}

Task<std::string> message_of_failure(Workflow& wf, Nothing) {
    const auto outcome = co_await wf.attempt(ping, {});
    co_return outcome.failure().message;
}

TEST_CASE("a failure's text is cut to 4 KiB and made UTF-8 before the code sees it") {
    Script script{message_of_failure};
    Failure failure{
        .kind = FailureKind::activity, .message = "\xff" + std::string(10'000, 'x'), .activity = "ping"};
    script.feed().feed(history::ActivityFailed{EventId{2}, failure});
    const auto seen = script.result<std::string>();
    CHECK(seen.size() == 4096);
    CHECK(seen.starts_with("\xEF\xBF\xBDxxx"));
    CHECK(seen.ends_with("[cut]"));
}

Task<Nothing> twice_awaited(Workflow& wf, Nothing) {
    const auto handle = wf.start(work, {"a", 1});
    co_await wf.all(handle, handle);
    co_return Nothing{};
}

TEST_CASE("two coroutines cannot await one handle at once") {
    Script script{twice_awaited};
    const replay::Blocked blocked = script.feed_blocked();
    CHECK(blocked.kind == replay::Blocked::Kind::escaped_exception);
    CHECK(blocked.reason.find("awaited by two coroutines") != std::string::npos);
}

}  // namespace
}  // namespace durable::test
