// 1.1 Workflow authoring, what surrounds the code: guards, types, wrappers, what travels along, what others see.

#include <atomic>
#include <cstdlib>

#include "engine/trap/determinism_trap.hpp"
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
using durable::testing::TestEnvironment;
using durable::testing::TestFailure;

struct Letter {
    std::string to;
    int pages = 0;
};
BOOST_DESCRIBE_STRUCT(Letter, (), (to, pages))

constexpr Activity<Letter, std::string> post{"post", {.start_to_close = 30s}};
constexpr WorkflowType<Letter, std::string> correspond{"correspond"};
constexpr durable::Signal<Letter> reply{"reply"};
constexpr durable::StateKey<std::string> stage{"stage"};

Task<std::string> corresponds(Workflow& wf, Letter letter) {
    co_return co_await wf.run(post, letter);
}

// --- guards and types, at compile time ---------------------------------------------------------------------

template <class Input>
concept CanBePosted = requires(Workflow& wf, Input input) { wf.run(post, input); };
template <class Input>
concept CanStart = requires(durable::client::Client& client, Input input) {
    client.start(correspond, input, durable::client::StartOptions{});
};
template <class Message>
concept CanReply =
    requires(TestEnvironment& env, RunId run, Message message) { env.signal(run, reply, message); };
static_assert(CanBePosted<Letter> && !CanBePosted<std::string> && !CanBePosted<int>);
static_assert(CanStart<Letter> && !CanStart<std::string>);
static_assert(CanReply<Letter> && !CanReply<std::string>);
static_assert(durable::detail::WorkflowAwaitable<durable::Sleep>);
static_assert(!durable::detail::WorkflowAwaitable<std::suspend_always>);

constexpr WorkflowType<Nothing, int> homesick{"homesick"};

Task<int> reads_home(Workflow&, Nothing) {
    co_return std::getenv("HOME") == nullptr ? 0 : 1;
}

}  // namespace

TEST_CASE("1.1 determinism guard: a workflow that asks the world is found by its first test" *
          doctest::skip(!durable::trap::DeterminismTrap::available())) {
    TestEnvironment env;
    env.add(homesick, reads_home);
    const RunId run = env.start(homesick, Nothing{}, "homesick-1");
    CHECK_THROWS_WITH_AS(static_cast<void>(env.result(homesick, run)),
                         doctest::Contains("the code of homesick called getenv (environment)"), TestFailure);
}

TEST_CASE(
    "1.1 typed interface: a wrong type does not compile, wrong JSON from outside is told by its field") {
    TestEnvironment env;
    env.add(correspond, corresponds);
    CHECK_NOTHROW(env.workflows().check_input("correspond", durable::Payload{R"({"to":"Ann","pages":2})"}));
    CHECK_THROWS_WITH_AS(
        env.workflows().check_input("correspond", durable::Payload{R"({"to":"Ann","pages":"two"})"}),
        "pages: expected number, found string", durable::DecodeError);
}

// --- wrappers ----------------------------------------------------------------------------------------------

namespace {

/// What an interceptor is here: a coroutine that runs another one, registered in its place.
template <class Input, class Output, Task<Output> (*inner)(Workflow&, Input)>
Task<Output> told(Workflow& wf, Input input) {
    wf.publish(stage, "running");
    auto ended = co_await wf.attempt(inner(wf, std::move(input)));
    wf.publish(stage, ended.ok() ? "done" : "failed with " + ended.failure().cause->type);
    co_return ended.value();
}

/// And round an activity: a function that is given the attempt before and after.
template <class F>
struct Timed {
    F inner;
    std::atomic<int>* attempts;

    durable::worker::awaitable<std::string> operator()(durable::ActivityContext& context,
                                                       Letter letter) const {
        ++*attempts;
        co_return co_await inner(context, std::move(letter)) + " at attempt " +
            std::to_string(context.info().attempt);
    }
};

durable::worker::awaitable<std::string> really_post(durable::ActivityContext&, Letter letter) {
    if (letter.to.empty()) throw durable::ApplicationError{"NoAddress", "to whom?", {.retryable = false}};
    co_return "to " + letter.to;
}

}  // namespace

TEST_CASE(
    "1.1 interceptors: a wrapper is registered in place of what it wraps, for workflows and activities") {
    std::atomic<int> attempts{0};
    TestEnvironment env;
    env.add(correspond, told<Letter, std::string, corresponds>);
    env.activities().async(post, Timed{really_post, &attempts});
    const RunId good = env.start(correspond, {"Ann", 1}, "good");
    const RunId bad = env.start(correspond, {"", 1}, "bad");
    CHECK(env.result(correspond, good) == "to Ann at attempt 1");
    CHECK_THROWS_AS(static_cast<void>(env.result(correspond, bad)), durable::ActivityFailed);
    CHECK(attempts == 2);
    CHECK(env.client().published(ref(good), stage) == "done");
    CHECK(env.client().published(ref(bad), stage) == "failed with NoAddress");
}

// --- what travels along ------------------------------------------------------------------------------------

namespace {

constexpr WorkflowType<std::string, std::string> inherit{"inherit"};
constexpr Activity<Nothing, std::string> whose{"whose", {.start_to_close = 30s}};

durable::worker::awaitable<std::string> tenant_of_attempt(durable::ActivityContext& context, Nothing) {
    co_return context.info().tenant.value;
}
/// The tenant of the run, of its activity, of its child and of the next run of the child's chain.
Task<std::string> inherits(Workflow& wf, std::string way) {
    std::string seen = way + "=" + wf.info().tenant.value + "," + co_await wf.run(whose, Nothing{});
    if (way == "parent") {
        seen += " " + co_await wf.child(inherit, "child", {.workflow = durable::WorkflowId{"heir"}});
    }
    if (way == "child") wf.continue_as_new(std::string{"next"});
    co_return seen;
}

}  // namespace

TEST_CASE("1.1 context propagation: the tenant reaches activities, children and the next runs") {
    TestEnvironment env;
    env.add(inherit, inherits);
    env.activities().async(whose, tenant_of_attempt);
    env.settle();
    const auto started =
        env.client().start(inherit, std::string{"parent"},
                           {.workflow = durable::WorkflowId{"parent"}, .tenant = durable::Tenant{"org-7"}});
    CHECK(env.result(inherit, started.run) == "parent=org-7,org-7 next=org-7,org-7");
    CHECK(number(env, "select count(*) from engine.runs where tenant = 'org-7'") == 3);
}

// --- what others see ---------------------------------------------------------------------------------------

namespace {

constexpr durable::SearchKey<std::string> summary{"Summary"};

Task<std::string> tells(Workflow& wf, Letter letter) {
    wf.publish(stage, "**writing** to " + letter.to);
    co_await wf.sleep(24h);
    wf.publish(stage, "sealed");
    wf.set_attribute(summary, "a sealed letter");
    co_await wf.sleep(24h);
    co_return "sent";
}

std::size_t found(TestEnvironment& env, const std::string& filter) {
    return env.client().search({.filter = filter}).size();
}

}  // namespace

TEST_CASE("1.1 summary and current details: set at the start or by the code, read as rows without replay") {
    TestEnvironment env;
    env.add(correspond, tells);
    const auto run = env.client().start(
        correspond, Letter{"Ann", 2},
        {.workflow = durable::WorkflowId{"letter-1"}, .attributes = {summary("a letter")}});
    env.skip(1h);
    CHECK(env.client().published(ref(run.run), stage) == "**writing** to Ann");
    CHECK(found(env, "Summary = 'a letter'") == 1);
    env.skip(24h);
    CHECK(env.client().published(named("letter-1"), stage) == "sealed");
    CHECK(found(env, "Summary = 'a letter'") == 0);
    CHECK(found(env, "Summary starts_with 'a sealed'") == 1);
    static_cast<void>(env.outcome(run.run));
    CHECK(env.client().published(ref(run.run), stage) == "sealed");
}

namespace {

constexpr WorkflowType<int, Nothing> report{"report"};
constexpr durable::StateKey<int> percent{"percent"};

Task<Nothing> reports(Workflow& wf, int steps) {
    for (int step = 1; step <= steps; ++step) {
        wf.publish(percent, 100 * step / steps);
        if (step % 2 == 0) co_await wf.sleep(1h);
    }
    co_return Nothing{};
}

/// Everything that was published after the place that the reader had come to, which moves on.
std::vector<int> read_on(TestEnvironment& env, durable::store::Positions& place) {
    std::vector<int> values;
    for (bool more = true; more;) {
        const auto page = env.client().tail(place);
        for (const auto& [run, activation] : page.activations) {
            for (const auto& event : activation.commands) {
                const auto* published = std::get_if<durable::history::StatePublished>(&event);
                if (published != nullptr) values.push_back(durable::decode<int>(published->value));
            }
            place[run] = activation.next_event();
        }
        more = page.more;
    }
    return values;
}

}  // namespace

TEST_CASE("1.1 streams: a reader that keeps its place gets every published value once and in order") {
    TestEnvironment env;
    env.add(report, reports);
    const RunId run = env.start(report, 5, "report-1");
    durable::store::Positions place{{run, durable::EventId{1}}};
    env.settle();
    CHECK(read_on(env, place) == std::vector{20, 40});
    CHECK(read_on(env, place).empty());
    static_cast<void>(env.outcome(run));
    CHECK(read_on(env, place) == std::vector{60, 80, 100});
    CHECK(env.client().published(ref(run), percent) == 100);
}
