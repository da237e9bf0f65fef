// Every way in which code can differ from a history with children, published state or a continuation.

#include "tests/replay/family.hpp"

namespace durable::test {
namespace {

/// What the code does in its only activation, as its input: recorded with one plan, replayed with another, as
/// if the code had changed.
struct Plan {
    static constexpr bool defaults_allowed = true;
    bool plumber = false;
    std::string id = "paint-door";
    int size = 1;
    ParentClosePolicy parent_close = ParentClosePolicy::terminate;
    CancellationType cancellation = CancellationType::wait_cancelled;
    ChildReuse reuse = ChildReuse::allow;
    std::string queue{};
    std::optional<Duration> run_timeout{};
    std::string key = "stage";
    int published = 1;
    bool ends = false;
    int reads = 0;
};
BOOST_DESCRIBE_STRUCT(Plan, (),
                      (plumber, id, size, parent_close, cancellation, reuse, queue, run_timeout, key,
                       published, ends, reads))

ChildOptions options_of(const Plan& plan) {
    ChildOptions options = named(plan.id);
    options.parent_close = plan.parent_close;
    options.cancellation = plan.cancellation;
    options.reuse = plan.reuse;
    options.queue = plan.queue;
    options.run_timeout = plan.run_timeout;
    return options;
}

Task<Nothing> follows(Workflow& wf, Plan plan) {
    wf.publish(StateKey<int>{plan.key}, plan.published);
    for (int i = 0; i < plan.reads; ++i) static_cast<void>(wf.signals(numbers).try_receive());
    if (plan.ends) wf.continue_as_new(Plan{.size = plan.size});
    co_await wf.child(plan.plumber ? plumber : painter, {"door", plan.size}, options_of(plan));
    co_return Nothing{};
}

/// What the replay by code that follows `changed` says of a history that was recorded with `recorded`.
std::optional<replay::Blocked> blocked(const Plan& recorded, const Plan& changed) {
    Script script{follows, recorded};
    script.feed(Script::signal("numbers", 1), Script::signal("numbers", 2));
    Script again{follows, changed};
    return again.execution().replay(script.history()[1]);
}
replay::Mismatch mismatch(const Plan& recorded, const Plan& changed) {
    const auto found = blocked(recorded, changed);
    REQUIRE(found);
    REQUIRE(found->mismatch);
    return *found->mismatch;
}
bool contains(const std::string& text, std::string_view part) {
    return text.find(part) != std::string::npos;
}

TEST_CASE("the same children, state and continuation replay") {
    CHECK_FALSE(blocked({}, {}));
    const Plan ends = Plan{.ends = true};
    CHECK_FALSE(blocked(ends, ends));
}

TEST_CASE("a child of another type, id or input is a mismatch, told without values") {
    const auto type = mismatch({}, {.plumber = true});
    CHECK(type.event == EventId{5});
    CHECK(contains(type.recorded, "ChildInitiated painter, id "));
    CHECK(contains(type.found, "ChildInitiated plumber, id "));
    CHECK(contains(type.source, "replay/family_mismatch_test.cpp:"));
    const auto id = mismatch({}, {.id = "paint-window"});
    CHECK(contains(id.found, "(workflow id differs)"));
    CHECK_FALSE(contains(id.to_string(), "paint-"));
    const auto input = mismatch({}, {.size = 2});
    CHECK(contains(input.found, "(input differs at size)"));
    CHECK_FALSE(contains(input.to_string(), "\"door\""));
}

TEST_CASE("every option of a child that differs is a mismatch") {
    const std::vector<Plan> changed{{.parent_close = ParentClosePolicy::abandon},
                                    {.cancellation = CancellationType::try_cancel},
                                    {.reuse = ChildReuse::reject},
                                    {.queue = "painters"},
                                    {.run_timeout = 1h}};
    for (const Plan& plan : changed) {
        const auto report = mismatch({}, plan);
        CHECK(contains(report.found, "(options differ)"));
        CHECK(report.found.substr(0, report.found.find(" (")) != report.recorded);
    }
}

TEST_CASE("a child where history has none, and none where it has one, are mismatches") {
    const Plan ends = Plan{.ends = true};
    CHECK(contains(mismatch(ends, {}).found, "ChildInitiated painter"));
    CHECK(contains(mismatch({}, ends).recorded, "ChildInitiated painter"));
}

TEST_CASE("other published state is a mismatch") {
    CHECK(contains(mismatch({}, {.published = 2}).found, "(value differs)"));
    const auto key = mismatch({}, {.key = "phase"});
    CHECK(key.recorded.starts_with("StatePublished stage, value "));
    CHECK(key.found.starts_with("StatePublished phase, value "));
}

TEST_CASE("going on with another input, or with other unread signals, is a mismatch") {
    const Plan ends = Plan{.ends = true};
    Plan other = ends;
    other.size = 2;
    const auto input = mismatch(ends, other);
    CHECK(input.recorded.starts_with("WorkflowContinuedAsNew, input "));
    CHECK(contains(input.found, "(input differs at size)"));
    Plan reader = ends;
    reader.reads = 1;
    const auto signals = mismatch(ends, reader);
    CHECK(contains(signals.recorded, "2 unread signals"));
    CHECK(contains(signals.found, "1 unread signals (unread signals differ)"));
}

Task<Nothing> cancels_one(Workflow& wf, bool first) {
    auto a = co_await wf.start_child(painter, {"a", 1}, named("a"));
    auto b = co_await wf.start_child(painter, {"b", 1}, named("b"));
    (first ? a : b).cancel("enough");
    co_await wf.sleep(1h);
    co_return Nothing{};
}

TEST_CASE("cancelling another child is a mismatch") {
    Script script{cancels_one, true};
    script.feed().feed(script.child_started(2)).feed(script.child_started(4));
    CHECK(script.said() == "ChildCancelRequested 6, TimerStarted 7");
    Script changed{cancels_one, false};
    REQUIRE_FALSE(changed.execution().replay(script.history()[1]));
    REQUIRE_FALSE(changed.execution().replay(script.history()[2]));
    const auto found = changed.execution().replay(script.history()[3]);
    REQUIRE(found);
    CHECK(found->mismatch->recorded == "ChildCancelRequested of event 2");
    CHECK(found->mismatch->found == "ChildCancelRequested of event 4");
}

}  // namespace
}  // namespace durable::test
