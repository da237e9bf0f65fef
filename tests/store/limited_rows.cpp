#include "tests/store/limited_rows.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "engine/store/check.hpp"
#include "tests/store/plans.hpp"
namespace test {

LimitedRows::LimitedRows() : worker(register_worker()), hot(database.url()), store(database.url()) {}

std::vector<RunId> LimitedRows::store_rows(int count, const history::ActivityScheduled& scheduled,
                                           const std::string& queue) {
    start_many(count, fmt::format("limited-{}", ++serial_));
    const std::vector<ClaimedRun> claimed = claim(hot, worker, count);
    REQUIRE(claimed.size() == static_cast<std::size_t>(count));
    Batch batch{worker, {}, {}};
    std::vector<RunId> runs;
    for (const ClaimedRun& run : claimed) {
        RunCommit commit = commit_of(run, {scheduled});
        commit.activities = {row_of(run, run.next_event, database.now(), scheduled)};
        commit.activities[0].queue = queue;
        runs_.push_back(after(run, commit));
        runs.push_back(run.run);
        batch.commits.push_back(std::move(commit));
    }
    REQUIRE(hot.commit(batch).committed.size() == claimed.size());
    return runs;
}

std::vector<ClaimedActivity> LimitedRows::take(int limit) {
    return store.claim(worker, "default", {"work"}, limit);
}

std::multiset<std::string> LimitedRows::keys_of(const std::vector<ClaimedActivity>& taken) const {
    std::multiset<std::string> keys;
    for (const ClaimedActivity& activity : taken) {
        const history::Event event = history::decode_event(activity.row.task);
        const auto& limit = std::get<history::ActivityScheduled>(event).options.limit;
        keys.insert(limit ? limit->key : "");
    }
    return keys;
}

ActivityEnd LimitedRows::end_of(const ClaimedActivity& activity) {
    return {
        activity.row.run,
        activity.row.activity,
        activity.fence,
        history::encode_event(history::ActivityCompleted{activity.row.activity, {"1"}, activity.row.attempt}),
        {}};
}

void LimitedRows::end(const ClaimedActivity& activity) {
    REQUIRE(store.end(worker, {end_of(activity)}).empty());
}

void LimitedRows::retry(const ClaimedActivity& activity, Timestamp at) {
    ActivityRow again = activity.row;
    ++again.attempt;
    again.available_at = at;
    REQUIRE(store.end(worker, {{again.run, again.activity, activity.fence, {}, again}}).empty());
}

void LimitedRows::end_transactionally(const ClaimedActivity& activity) {
    const auto outcome =
        store.transact({worker, activity.row.run, activity.row.activity, activity.fence, false},
                       [&](pqxx::work&) { return *end_of(activity).result; });
    REQUIRE(outcome == ActivityStore::TransactionalOutcome::committed);
}

ClaimedRun& LimitedRows::held(RunId run) {
    return *std::ranges::find(runs_, run, &ClaimedRun::run);
}

void LimitedRows::close(RunId run) {
    REQUIRE(hot.commit({worker, {close_of(held(run))}, {}}).committed.size() == 1);
}

void LimitedRows::terminate(RunId run) {
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    REQUIRE(store::terminate(tx, {"default", run, {}}, "for a test", "test") == SendResult::delivered);
    tx.commit();
}

void LimitedRows::settle(const ClaimedActivity& activity) {
    RunCommit commit = commit_of(held(activity.row.run), {history::TimerStarted{}});
    commit.settled_activities = {activity.row.activity};
    REQUIRE(hot.commit({worker, {commit}, {}}).committed.size() == 1);
}

void LimitedRows::cancel_waiting() {
    pqxx::connection connection{database.url()};
    pqxx::work tx{connection};
    Batch batch{worker, {}, {}};
    for (const auto& row : tx.exec("select run_id, activity from engine.activities where owner is null")) {
        RunCommit commit =
            commit_of(held(RunId{*Uuid::parse(row[0].as<std::string>())}), {history::TimerStarted{}});
        commit.cancel_activities = {EventId{row[1].as<std::int32_t>()}};
        batch.commits.push_back(std::move(commit));
    }
    REQUIRE(hot.commit(batch).committed.size() == batch.commits.size());
}

ControlConnection::Swept LimitedRows::sweep() {
    // A worker of its own, whose lease is of no interest here.
    ControlConnection sweeper{database.url(), {"sweeper", "b", "default", std::chrono::hours{24 * 365}}};
    const auto swept = sweeper.sweep();
    sweeper.deregister();
    return swept;
}

std::set<std::string> LimitedRows::broken_invariants() const {
    pqxx::connection connection{database.url()};
    std::set<std::string> broken;
    for (const CheckLine& line : store::check(connection)) {
        if (line.violated > 0) broken.insert(line.id);
    }
    return broken;
}

void LimitedRows::check_invariants() const {
    CHECK(broken_invariants() == std::set<std::string>{});
}

std::string LimitedRows::text_of(const std::string& name, std::initializer_list<std::string> values) {
    std::string text = statement_text(name);
    int place = static_cast<int>(values.size());
    for (auto value = std::rbegin(values); value != std::rend(values); ++value, --place) {
        const std::string parameter = fmt::format("${}", place);
        for (auto at = text.find(parameter); at != std::string::npos;
             at = text.find(parameter, at + value->size())) {
            text.replace(at, parameter.size(), *value);
        }
    }
    return text;
}

history::ActivityScheduled limited(const ActivityLimit& limit) {
    history::ActivityScheduled scheduled = activity();
    scheduled.options.limit = limit;
    return scheduled;
}

history::ActivityScheduled with_priority(int priority) {
    history::ActivityScheduled scheduled = activity();
    scheduled.options.priority = priority;
    return scheduled;
}

}  // namespace test
