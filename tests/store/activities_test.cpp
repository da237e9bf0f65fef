// Activity rows: picked up once, ended under their fence, tried again, timed out.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <memory>
#include <set>
#include <thread>
#include <utility>

#include "tests/store/fixture.hpp"
#include "tests/support/eventually.hpp"

using namespace std::chrono_literals;
using durable::store::Faults;

namespace {

/// Runs that each have an activity row, and a worker for them.
struct Rows : test::StoreFixture {
    Rows() : worker(register_worker()), hot(database.url()), store(database.url()) {}

    /// A run that its worker keeps, with a row for its activity 2.
    durable::store::ClaimedRun run_with_row(
        const durable::history::ActivityScheduled& scheduled = test::activity()) {
        return run_with([&](durable::store::ActivityRow&) {}, scheduled);
    }
    template <class Change>
    durable::store::ClaimedRun run_with(
        Change change, const durable::history::ActivityScheduled& scheduled = test::activity()) {
        start_many(1, fmt::format("row-{}", ++serial));
        const auto run = test::claim(hot, worker, 1).at(0);
        auto commit = test::commit_of(run, {scheduled});
        commit.activities = {test::row_of(run, run.next_event, database.now(), scheduled)};
        change(commit.activities[0]);
        REQUIRE(hot.commit({worker, {commit}, {}}).committed.size() == 1);
        return test::after(run, commit);
    }
    std::vector<durable::store::ClaimedActivity> take(int limit = 10) {
        return store.claim(worker, "default", {"work"}, limit);
    }
    static std::string completed(const durable::store::ClaimedActivity& activity) {
        return durable::history::encode_event(durable::history::ActivityCompleted{
            activity.row.activity, {R"({"ok":true})"}, activity.row.attempt});
    }
    durable::store::ActivityEnd end_of(const durable::store::ClaimedActivity& activity) {
        return {activity.row.run, activity.row.activity, activity.fence, completed(activity), {}};
    }
    std::vector<durable::history::Event> inbox(const durable::store::ClaimedRun& run) {
        std::vector<durable::history::Event> events;
        const auto loaded = hot.load({{run.run, run.chain, false, 0}});
        for (const auto& message : loaded.front().inbox) {
            events.push_back(durable::history::decode_event(message.event));
        }
        return events;
    }
    /// Lets time-outs be found. The worker's own lease is of no interest here.
    durable::store::ControlConnection::Swept sweep() {
        if (!sweeper)
            sweeper.emplace(database.url(),
                            durable::store::WorkerRegistration{"sweeper", "b", "default", 24h * 365});
        return sweeper->sweep();
    }

    durable::store::WorkerNo worker;
    durable::store::HotConnection hot;
    durable::store::ActivityStore store;
    std::optional<durable::store::ControlConnection> sweeper;
    int serial = 0;
};

const durable::Failure& failure_of(const durable::history::Event& event) {
    return std::get<durable::history::ActivityFailed>(event).failure;
}

}  // namespace

TEST_CASE_FIXTURE(Rows, "a row carries everything that an attempt needs") {
    using namespace test;
    const ClaimedRun run = run_with([](ActivityRow& row) {
        row.attempt = 3;
        row.lost_attempts = 1;
        row.heartbeat_details = R"({"page":7})";
    });
    ClaimTimes times;
    const auto taken = store.claim(worker, "default", {"other", "work"}, 10, &times);
    REQUIRE(taken.size() == 1);
    CHECK(taken[0].row.run == run.run);
    CHECK(taken[0].row.activity == EventId{2});
    CHECK(taken[0].row.attempt == 3);
    CHECK(taken[0].row.lost_attempts == 1);
    CHECK(taken[0].row.heartbeat_details == R"({"page":7})");
    CHECK(taken[0].workflow == WorkflowId{"row-1-0"});
    CHECK(taken[0].row.tenant == Tenant{"tenant-1"});
    CHECK(std::get<history::ActivityScheduled>(history::decode_event(taken[0].row.task)).type == "work");
    CHECK(times.now > Timestamp{});
    CHECK(describe(run.run)->activities.at(0).state == "running");
}

TEST_CASE_FIXTURE(Rows, "only due rows of this queue and of types that this worker knows are picked up") {
    using namespace test;
    run_with([&](ActivityRow& row) { row.available_at = database.now() + 1h; });
    run_with([](ActivityRow& row) { row.queue = "other"; });
    run_with([](ActivityRow& row) { row.type = "unknown"; });
    CHECK(take().empty());
    database.advance(2h);
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(Rows, "many workers at once never pick up the same row") {
    using namespace test;
    for (int i = 0; i < 60; ++i) run_with_row();
    std::mutex mutex;
    std::multiset<RunId> seen;
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < 4; ++i) {
            workers.emplace_back([&, number = register_worker()] {
                ActivityStore mine{database.url()};
                while (true) {
                    const auto taken = mine.claim(number, "default", {"work"}, 5);
                    const std::lock_guard lock{mutex};
                    for (const auto& activity : taken) seen.insert(activity.row.run);
                    if (seen.size() >= 60) return;
                }
            });
        }
    }
    CHECK(std::set<RunId>(seen.begin(), seen.end()).size() == seen.size());
}

TEST_CASE_FIXTURE(Rows, "a result goes to the inbox of its run, the row goes, and a waiting run wakes") {
    using namespace test;
    const ClaimedRun run = run_with_row();
    hot.commit({worker, {release_of(run, std::nullopt)}, {}});
    const auto taken = take();
    CHECK(store.end(worker, {end_of(taken.at(0))}).empty());
    CHECK(database.value("select count(*) from engine.activities") == "0");
    CHECK(std::get<history::ActivityCompleted>(inbox(run).at(0)).scheduled == EventId{2});
    CHECK(claim(hot, worker).size() == 1);
    // Ended is ended.
    CHECK(store.end(worker, {end_of(taken[0])}).size() == 1);
    CHECK(inbox(run).size() == 1);
}

TEST_CASE_FIXTURE(Rows, "ends of many rows, several of one run among them, come in one go") {
    using namespace test;
    start_many(1, "wide");
    const ClaimedRun run = claim(hot, worker, 1).at(0);
    RunCommit commit = commit_of(run, {activity(), activity(), activity()});
    for (int i = 0; i < 3; ++i) commit.activities.push_back(row_of(run, EventId{2 + i}, database.now()));
    hot.commit({worker, {commit}, {}});
    run_with_row();
    std::vector<ActivityEnd> ends;
    for (const auto& activity : take()) ends.push_back(end_of(activity));
    REQUIRE(ends.size() == 4);
    CHECK(store.end(worker, ends).empty());
    CHECK(inbox(run).size() == 3);
    CHECK(
        database.value("select bool_and(inbox_tail = (select count(*) from engine.inbox i where i.chain_id = "
                       "l.chain_id)) from engine.live_runs l") == "t");
}

TEST_CASE_FIXTURE(Rows, "an end without the row's fence changes nothing and is told") {
    using namespace test;
    const ClaimedRun run = run_with_row();
    const auto taken = take().at(0);
    ActivityEnd wrong = end_of(taken);
    wrong.fence.token += 1;
    CHECK(store.end(worker, {wrong}).size() == 1);
    wrong = end_of(taken);
    wrong.fence.epoch += 1;
    CHECK(store.end(worker, {wrong}).size() == 1);
    CHECK(store.end(register_worker("other"), {end_of(taken)}).size() == 1);
    CHECK(inbox(run).empty());
    CHECK(store.end(worker, {end_of(taken)}).empty());
    CHECK(inbox(run).size() == 1);
}

TEST_CASE_FIXTURE(Rows, "another attempt waits for its moment and remembers what happened") {
    using namespace test;
    const ClaimedRun run = run_with_row();
    const auto taken = take().at(0);
    ActivityRow again = taken.row;
    again.attempt = 2;
    again.available_at = database.now() + 10s;
    again.last_failure = history::encode_event(
        history::ActivityFailed{again.activity, ApplicationError{"Busy", "line busy"}.failure()});
    CHECK(store.end(worker, {{run.run, again.activity, taken.fence, {}, again}}).empty());
    CHECK(take().empty());
    const auto waiting = describe(run.run)->activities.at(0);
    CHECK(waiting.state == "retrying");
    CHECK(waiting.last_failure->type == "Busy");
    database.advance(11s);
    CHECK(take().at(0).row.attempt == 2);
    CHECK(inbox(run).empty());
}

TEST_CASE_FIXTURE(Rows,
                  "an activity that is asked to stop hears it with its next heartbeat, or with its claim") {
    using namespace test;
    ClaimedRun running = run_with_row();
    const auto taken = take().at(0);
    ClaimedRun waiting = run_with([&](ActivityRow& row) { row.available_at = database.now() + 1h; });
    const auto cancel = [&](const ClaimedRun& run) {
        RunCommit commit = commit_of(run, {history::ActivityCancelRequested{EventId{2}}});
        commit.cancel_activities = {EventId{2}};
        hot.commit({worker, {commit}, {}});
    };
    const ActivityStore::Beat beat{taken.row.run, taken.row.activity, taken.fence, R"({"at":1})"};
    CHECK_FALSE(store.heartbeat(worker, {beat}).at(0).cancel_requested);
    cancel(running);
    CHECK(store.heartbeat(worker, {beat}).at(0).cancel_requested);
    cancel(waiting);
    CHECK(take().at(0).cancel_requested);

    ActivityStore::Beat stale = beat;
    stale.fence.token += 1;
    CHECK(store.heartbeat(worker, {stale}).at(0).lost);
}

TEST_CASE_FIXTURE(Rows,
                  "a beat that nobody awaits and that says nothing writes nothing, but hears what is asked") {
    using namespace test;
    ClaimedRun running = run_with_row();
    const auto taken = take().at(0);
    const ActivityStore::Beat silent{taken.row.run, taken.row.activity, taken.fence, {}, false};
    const auto version = [&] { return database.value("select xmin::text from engine.activities"); };
    const std::string before = version();
    const auto beat = store.heartbeat(worker, {silent}).at(0);
    CHECK_FALSE(beat.lost);
    CHECK_FALSE(beat.cancel_requested);
    CHECK(version() == before);
    ActivityStore::Beat speaking = silent;
    speaking.details = R"({"at":1})";
    CHECK_FALSE(store.heartbeat(worker, {silent, speaking}).at(1).lost);
    CHECK(version() != before);

    RunCommit commit = commit_of(running, {history::ActivityCancelRequested{EventId{2}}});
    commit.cancel_activities = {EventId{2}};
    hot.commit({worker, {commit}, {}});
    CHECK(store.heartbeat(worker, {silent}).at(0).cancel_requested);
    ActivityStore::Beat stale = silent;
    stale.fence.epoch += 1;
    CHECK(store.heartbeat(worker, {stale}).at(0).lost);
}

TEST_CASE_FIXTURE(Rows, "a row that its run has settled is gone: its end is lost and no message comes") {
    using namespace test;
    const ClaimedRun run = run_with_row();
    const auto taken = take().at(0);
    RunCommit commit = commit_of(run, {history::SideEffectRecorded{}});
    commit.settled_activities = {EventId{2}};
    hot.commit({worker, {commit}, {}});
    CHECK(store.end(worker, {end_of(taken)}).size() == 1);
    CHECK(inbox(run).empty());
}

TEST_CASE_FIXTURE(Rows, "a run that closes takes its rows with it") {
    using namespace test;
    const ClaimedRun run = run_with_row();
    const auto taken = take().at(0);
    CHECK(hot.commit({worker, {close_of(run)}, {}}).committed.size() == 1);
    CHECK(database.value("select count(*) from engine.activities") == "0");
    CHECK(store.end(worker, {end_of(taken)}).size() == 1);
    CHECK(database.value("select count(*) from engine.inbox") == "0");
}

TEST_CASE_FIXTURE(Rows, "claims and ends survive a lost connection on either side") {
    using namespace test;
    for (const Faults::Point point : {Faults::Point::before_send, Faults::Point::after_commit_reply_lost}) {
        const ClaimedRun run = run_with_row();
        auto left = std::make_shared<int>(2);
        auto names = std::make_shared<std::set<std::string>>();
        ActivityStore unlucky{database.url(), {[=](Faults::Point where, const char* name) {
                                  const bool mine = std::string_view{name} != "claimed_activities" &&
                                                    std::string_view{name} != "end_session";
                                  return where == point && mine && names->insert(name).second &&
                                         (*left)-- > 0;
                              }}};
        const auto taken = unlucky.claim(worker, "default", {"work"}, 10);
        REQUIRE(taken.size() == 1);
        CHECK(unlucky.end(worker, {end_of(taken[0])}).empty());
        CHECK(*left == 0);
        CHECK(inbox(run).size() == 1);
    }
}

TEST_CASE_FIXTURE(Rows,
                  "what a worker has forgotten it gives back, as a lost attempt, when all has settled") {
    using namespace test;
    static_cast<void>(run_with_row());
    static_cast<void>(run_with_row());
    REQUIRE(take().size() == 2);
    const WorkerNo other = register_worker("other");
    CHECK(store.give_back(other, 1s));
    CHECK(database.value("select count(*) from engine.activities where owner is not null") == "2");
    {
        pqxx::connection connection{database.owner_url()};
        pqxx::work holder{connection};
        holder.exec("select from engine.activities order by run_id limit 1 for update");
        CHECK(!store.give_back(worker, 1s));
    }
    CHECK(store.give_back(worker, 1s));
    CHECK(take().empty());
    database.advance(1s);
    const auto again = take();
    REQUIRE(again.size() == 2);
    CHECK(again[0].row.lost_attempts == 1);
    CHECK(again[0].row.attempt == 1);
}

TEST_CASE_FIXTURE(Rows, "a group of ends never waits for one run while it holds another") {
    using namespace test;
    const ClaimedRun first = run_with_row();
    const ClaimedRun second = run_with_row();
    std::vector<ActivityEnd> ends;
    for (const auto& activity : take()) ends.push_back(end_of(activity));
    pqxx::connection connection{database.url()};
    pqxx::work holder{connection};
    holder.exec_params("select from engine.live_runs where run_id = $1::uuid for update",
                       second.run.value.to_string());
    {
        const std::jthread ender{[&] {
            ActivityStore mine{database.url()};
            CHECK(mine.end(worker, ends).empty());
        }};
        // Its result is there, committed, while the other run is still locked.
        CHECK(eventually([&] { return inbox(first).size() == 1; }));
        CHECK(inbox(second).empty());
        holder.commit();
    }
    CHECK(inbox(second).size() == 1);
}

TEST_CASE_FIXTURE(Rows, "group ends and batches on the same runs at the same time lose nothing") {
    using namespace test;
    constexpr int runs = 20;
    std::vector<ClaimedRun> held;
    for (int i = 0; i < runs; ++i) held.push_back(run_with_row());
    std::vector<ActivityEnd> ends;
    for (const auto& activity : take(runs)) ends.push_back(end_of(activity));
    REQUIRE(ends.size() == runs);
    {
        const std::jthread ender{[&] {
            ActivityStore mine{database.url()};
            for (int i = 0; i < runs; i += 5) {
                CHECK(mine.end(worker, {ends.begin() + i, ends.begin() + i + 5}).empty());
            }
        }};
        for (int round = 0; round < 20; ++round) {
            std::vector<RunCommit> commits;
            for (const ClaimedRun& run : held) {
                commits.push_back(commit_of(run, {history::SideEffectRecorded{}}));
            }
            CHECK(hot.commit({worker, commits, {}}).committed.size() == runs);
            for (std::size_t i = 0; i < held.size(); ++i) held[i] = after(held[i], commits[i]);
        }
    }
    CHECK(database.value("select count(*) from engine.inbox") == std::to_string(runs));
}

// Time-outs.

TEST_CASE_FIXTURE(Rows, "start-to-close: the attempt is given up and another one is due after the back-off") {
    using namespace test;
    const ClaimedRun run = run_with_row();
    const auto hung = take().at(0);
    CHECK(sweep().activities_timed_out == 0);
    database.advance(31s);
    CHECK(sweep().activities_timed_out == 1);
    CHECK(store.end(worker, {end_of(hung)}).size() == 1);  // too late: its fence is gone
    CHECK(take().empty());
    database.advance(2s);
    const auto again = take().at(0);
    CHECK(again.row.attempt == 2);
    const auto last = history::decode_event(again.row.last_failure.value());
    CHECK(failure_of(last).timeout == TimeoutType::start_to_close);
    CHECK(inbox(run).empty());
}

TEST_CASE_FIXTURE(
    Rows, "heartbeat: silence ends the attempt, signs of life keep it; spent attempts end the activity") {
    using namespace test;
    auto scheduled = activity();
    scheduled.options.start_to_close = 1h;
    scheduled.options.heartbeat = 10s;
    scheduled.options.retry.maximum_attempts = 1;
    const ClaimedRun run = run_with_row(scheduled);
    const auto taken = take().at(0);
    database.advance(8s);
    CHECK_FALSE(store.heartbeat(worker, {{run.run, EventId{2}, taken.fence, "{}"}}).at(0).lost);
    database.advance(8s);
    CHECK(sweep().activities_timed_out == 0);
    database.advance(8s);
    CHECK(sweep().activities_timed_out == 1);
    const Failure failure = failure_of(inbox(run).at(0));
    CHECK(failure.retry_state == RetryState::maximum_attempts);
    CHECK(failure.cause->timeout == TimeoutType::heartbeat);
}

TEST_CASE_FIXTURE(Rows, "schedule-to-start and schedule-to-close end the activity, whoever runs it") {
    using namespace test;
    const ClaimedRun unstarted =
        run_with([&](ActivityRow& row) { row.schedule_to_start_by = database.now() + 10s; });
    database.advance(11s);
    CHECK(take().empty());  // too late to begin
    CHECK(sweep().activities_timed_out == 1);
    CHECK(failure_of(inbox(unstarted).at(0)).timeout == TimeoutType::schedule_to_start);

    const ClaimedRun running = run_with([&](ActivityRow& row) { row.close_by = database.now() + 10s; });
    REQUIRE(take().size() == 1);
    database.advance(11s);
    CHECK(sweep().activities_timed_out == 1);
    CHECK(failure_of(inbox(running).at(0)).kind == FailureKind::timed_out);
    CHECK(failure_of(inbox(running).at(0)).timeout == TimeoutType::schedule_to_close);
}

TEST_CASE_FIXTURE(Rows,
                  "an at-most-once activity that timed out is marked unknown and never simply repeated") {
    using namespace test;
    auto scheduled = activity();
    scheduled.options.delivery = Delivery::at_most_once;
    run_with_row(scheduled);
    REQUIRE(take().size() == 1);
    database.advance(31s);
    CHECK(sweep().activities_timed_out == 1);
    database.advance(5s);
    const auto again = take().at(0);
    CHECK(again.row.attempt == 1);  // nothing has been attempted anew
    CHECK(failure_of(history::decode_event(again.row.last_failure.value())).retry_state ==
          RetryState::outcome_unknown);
}

TEST_CASE_FIXTURE(Rows, "too many lost attempts end the activity") {
    using namespace test;
    const ClaimedRun run = run_with([](ActivityRow& row) { row.lost_attempts = lost_attempts_max; });
    CHECK(sweep().activities_timed_out == 1);
    CHECK(failure_of(inbox(run).at(0)).retry_state == RetryState::lost_attempts);
}
