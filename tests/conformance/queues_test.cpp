// Whose turn it is: limits by key, priorities, fairness between tenants, pauses, and what waits where.

#include <algorithm>
#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "engine/client/queues.hpp"
#include "tests/conformance/support.hpp"

using namespace conformance;
using namespace durable;
using namespace std::chrono_literals;
using testing::TestEnvironment;

namespace {

struct Visit {
    std::string key;
    int times = 1;
    int concurrency = 0;
    double per_second = 0;
};
BOOST_DESCRIBE_STRUCT(Visit, (), (key, times, concurrency, per_second))

constexpr Activity<std::string, int> enter{"enter", {.start_to_close = 30s, .maximum_attempts = 2}};
/// Stays for a moment, so that whoever is let in meanwhile is noticed.
constexpr Activity<std::string, int> linger{"linger", {.start_to_close = 30s}};
constexpr WorkflowType<Visit, int> visitor{"visitor"};
constexpr WorkflowType<Visit, int> lingerer{"lingerer"};
constexpr WorkflowType<std::string, int> passer_by{"passer_by"};
constexpr WorkflowType<Nothing, Nothing> guest{"guest"};
constexpr Signal<Nothing> leave{"leave"};

/// Does it so many times at once, under a limit.
Task<int> repeat(Workflow& wf, Activity<std::string, int> what, Visit input) {
    ActivityOptions options = what.options();
    options.limit = ActivityLimit{input.key, input.concurrency, input.per_second};
    std::vector<Run<int>> entries;
    for (int i = 0; i < input.times; ++i) entries.push_back(wf.run(what, input.key, options));
    co_return static_cast<int>((co_await wf.all(std::move(entries))).size());
}
Task<int> visit(Workflow& wf, Visit input) {
    co_return co_await repeat(wf, enter, std::move(input));
}
Task<int> visit_at_leisure(Workflow& wf, Visit input) {
    co_return co_await repeat(wf, linger, std::move(input));
}
Task<int> pass_by(Workflow& wf, std::string name) {
    co_return co_await wf.run(enter, name);
}
Task<Nothing> stay(Workflow& wf, Nothing) {
    co_return co_await wf.signals(leave).receive();
}

/// How many are inside at once, whichever worker has let them in.
struct Room {
    std::atomic<int> inside = 0;
    std::atomic<int> most = 0;
    std::atomic<int> visits = 0;
};

worker::awaitable<int> stay_inside(std::shared_ptr<Room> room, ActivityContext&, std::string) {
    const int now = ++room->inside;
    int most = room->most;
    while (now > most && !room->most.compare_exchange_weak(most, now)) {
    }
    boost::asio::steady_timer moment{co_await boost::asio::this_coro::executor, 10ms};
    co_await moment.async_wait(boost::asio::use_awaitable);
    --room->inside;
    co_return ++room->visits;
}

/// A house with a door; the worker comes with the first settle(), skip() or result().
class House {
  public:
    House() {
        env.configure([](worker::WorkerOptions& options) { options.lease = lease; });
        env.add(visitor, visit);
        env.add(lingerer, visit_at_leisure);
        env.activities().async(linger, [inside = room](ActivityContext& context, std::string key) {
            return stay_inside(inside, context, std::move(key));
        });
        env.add(passer_by, pass_by);
        env.add(guest, stay);
    }
    /// It enters under its workflow id.
    RunId start(const client::StartOptions& options) {
        return env.client().start(passer_by, options.workflow.value, options).run;
    }
    RunId visit_often(const Visit& input, const std::string& name) {
        return env.client().start(visitor, input, {.workflow = WorkflowId{name}}).run;
    }
    /// Beside the environment's own, as soon as all workflows and activities are known.
    std::unique_ptr<worker::Worker> second_worker() {
        auto options = testing::quick_options(env.database().url());
        options.name = "second";
        options.lease = lease;
        auto second = std::make_unique<worker::Worker>(options, env.workflows(), env.activities());
        second->start();
        return second;
    }
    /// One run at a time, so that what is due waits for its turn.
    void one_at_a_time() {
        env.configure([](worker::WorkerOptions& options) {
            options.slots.runs = 1;
            options.hot_connections = 1;
            options.batch_limit = 1;
        });
    }
    /// When everything is done: at which place, from 0, somebody entered.
    std::ptrdiff_t place_of(const std::string& name) {
        const auto inputs = door.inputs();
        const auto found = std::ranges::find(inputs, name);
        REQUIRE(found != inputs.end());
        return found - inputs.begin();
    }

    /// Longer than any jump of the clock: of two workers neither believes that the other is dead.
    static constexpr Duration lease = 24h;
    std::shared_ptr<Room> room = std::make_shared<Room>();
    TestEnvironment env;
    testing::Fake<std::string, int> door = env.fake(enter, [](const std::string&) { return 1; });
    client::QueueClient queues{{.connection_string = env.database().url()}};
};

WorkflowId numbered(const std::string& name, int number) {
    return WorkflowId{name + "-" + std::to_string(number)};
}

}  // namespace

TEST_CASE_FIXTURE(House, "1.7 rate limit: attempts of a key start at its rate, in the whole system") {
    const auto second = second_worker();
    const RunId run = visit_often({.key = "vendor", .times = 6, .per_second = 0.1}, "patient");
    CHECK(env.result(visitor, run) == 6);
    CHECK(number(env, "select count(*) from engine.workers where ended_at is null") == 2);
    CHECK(door.calls() == 6);
    // One at once, and one more every ten seconds, by the database's clock.
    CHECK(number(env, "select extract(epoch from max(at) - min(at))::integer from testing.calls") >= 49);
    CHECK(env.elapsed() < 2min);
}

TEST_CASE_FIXTURE(House,
                  "1.7 concurrency limit: two workers never run more attempts of a key than it allows") {
    std::vector<RunId> runs;
    for (int i = 0; i < 10; ++i) {
        const Visit input{.key = "door", .times = 5, .concurrency = 2};
        runs.push_back(env.client().start(lingerer, input, {.workflow = numbered("v", i)}).run);
    }
    const auto second = second_worker();
    for (const RunId run : runs) CHECK(env.result(lingerer, run) == 5);
    CHECK(number(env, "select count(*) from engine.workers where ended_at is null") == 2);
    CHECK(room->visits.load() == 50);
    CHECK(room->most.load() == 2);
    must_be_sound(env);
}

TEST_CASE_FIXTURE(House,
                  "1.7 concurrency by key: runs of one key take turns, those of another are not held up") {
    const auto limited = [&](const std::string& name, const std::string& key) {
        return env.client()
            .start(guest, Nothing{}, {.workflow = WorkflowId{name}, .limit = RunLimit{key, 1}})
            .run;
    };
    const RunId first = limited("first", "account-7");
    const RunId second = limited("second", "account-7");
    const RunId other = limited("other", "account-8");
    env.settle();
    const auto account = queues.semaphore("runs:account-7").value();
    CHECK(account.info.held == 1);
    CHECK(account.requests.at(1).workflow.value == "second");
    CHECK(env.client().why(env.workflows(), ref(second)).kind == "semaphore");
    CHECK(env.client().why(env.workflows(), ref(other)).kind == "signal");
    env.signal(first, leave, Nothing{});
    static_cast<void>(env.outcome(first));
    env.settle();
    CHECK(env.client().why(env.workflows(), ref(second)).kind == "signal");
    must_be_sound(env);
}

TEST_CASE_FIXTURE(House, "1.7 priority: what is more urgent overtakes everything that is due") {
    one_at_a_time();
    for (int i = 0; i < 60; ++i) start({.workflow = numbered("low", i), .share = {.priority = 5}});
    start({.workflow = WorkflowId{"urgent"}, .share = {.priority = 1}});
    start({.workflow = WorkflowId{"middle"}, .share = {.priority = 2}});
    env.settle();
    CHECK(place_of("urgent") < 10);
    CHECK(place_of("urgent") < place_of("middle"));
    CHECK(place_of("middle") < 20);
}

TEST_CASE_FIXTURE(House,
                  "1.7 fairness: on by default; a tenant's backlog does not delay another's first run") {
    one_at_a_time();
    for (int i = 0; i < 80; ++i) start({.workflow = numbered("big", i), .tenant = Tenant{"big"}});
    start({.workflow = WorkflowId{"small"}, .tenant = Tenant{"small"}});
    start(
        {.workflow = WorkflowId{"apart"}, .tenant = Tenant{"big"}, .share = {.fairness_key = "interactive"}});
    env.settle();
    CHECK(place_of("small") < 20);
    CHECK(place_of("apart") < 20);
    CHECK(door.calls() == 82);
}

TEST_CASE_FIXTURE(
    House, "1.7 fairness: keys share by weight, and an operator's weight counts more than the start's") {
    one_at_a_time();
    queues.set_weight("default", "paying", 4, {"a better plan", "test"});
    for (int i = 0; i < 60; ++i) {
        start({.workflow = numbered("free", i), .tenant = Tenant{"free"}});
        start({.workflow = numbered("paying", i), .tenant = Tenant{"paying"}});
    }
    env.settle();
    const auto inputs = door.inputs();
    const auto paying = std::count_if(inputs.begin() + 10, inputs.begin() + 60,
                                      [](const std::string& name) { return name.starts_with("paying"); });
    CHECK(paying >= 35);  // of 50; 40 by the weights
    CHECK(paying <= 45);
}

TEST_CASE_FIXTURE(House, "1.7 statistics: what is due and since when, by line; what sleeps; who serves") {
    start({.workflow = WorkflowId{"due"}, .tenant = Tenant{"acme"}});
    start({.workflow = WorkflowId{"also due"}, .tenant = Tenant{"acme"}});
    start({.workflow = WorkflowId{"later"}, .start_delay = 1h});
    const auto before = queues.describe("default");
    CHECK(before.info.runs.due == 2);
    CHECK(before.info.runs.later == 1);
    CHECK(before.info.runs.oldest_due.has_value());
    CHECK(before.info.workers == 0);
    REQUIRE(before.run_lines.size() == 1);
    CHECK(before.run_lines.front().key == "acme");
    CHECK(before.run_lines.front().due == 2);
    env.settle();
    const auto after = queues.list();
    REQUIRE(after.size() == 1);
    CHECK(after.front().runs.due == 0);
    CHECK(after.front().workers == 1);
    CHECK(after.front().rates.runs_started > 0);
}

TEST_CASE_FIXTURE(House,
                  "1.7 pause: nothing is claimed from a paused queue, other queues go on, nothing is lost") {
    REQUIRE(queues.pause("default", {"the vendor is down", "ops"}));
    const RunId waits = start({.workflow = WorkflowId{"waits"}});
    env.settle();
    auto options = testing::quick_options(env.database().url());
    options.queue = "other";
    worker::Worker elsewhere{options, env.workflows(), env.activities()};
    elsewhere.start();
    const RunId passes = start({.workflow = WorkflowId{"passes"}, .queue = "other"});
    CHECK(env.client().result(passer_by, ref(passes), 60s) == 1);
    const auto why = env.client().why(env.workflows(), ref(waits));
    CHECK(why.kind == "queue_paused");
    CHECK(why.cause.find("paused by ops") != std::string::npos);
    CHECK(why.chain.at(0) == "why: the vendor is down");
    CHECK(queues.describe("default").info.runs.due == 1);
    REQUIRE(queues.unpause("default", {"mended", "ops"}));
    CHECK(env.result(passer_by, waits) == 1);
    CHECK(env.client().audit({}).size() == 2);
}

TEST_CASE_FIXTURE(
    House, "1.7 dead letters: what has failed for good keeps its history, is found, and can be done again") {
    door.fails(2);
    const RunId run = start({.workflow = WorkflowId{"unlucky"}});
    CHECK(env.outcome(run).status == replay::RunStatus::failed);
    const auto failed = env.client().search({.filter = "Status = 'failed'"});
    REQUIRE(failed.size() == 1);
    CHECK(failed.front().workflow.value == "unlucky");
    client::ResetOptions again;
    again.point.at = client::ResetPoint::At::first_activation;
    again.reason = "the vendor is back";
    const auto made = env.client().reset(env.workflows(), ref(run), again);
    CHECK(env.result(passer_by, made.run) == 1);
    CHECK(door.calls() == 3);
}
