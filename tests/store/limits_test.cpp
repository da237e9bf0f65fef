// Limits that activities with one key share: slots that are counted, starts that are metered, turns that are
// taken.

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <thread>

#include "engine/store/check.hpp"
#include "tests/store/limited_rows.hpp"

using namespace std::chrono_literals;
using namespace durable;
using namespace durable::store;
using namespace test;

TEST_CASE_FIXTURE(LimitedRows,
                  "no more rows of a key are taken than it has slots, and an end lets the next one in") {
    store_rows(5, limited({.key = "vendor", .concurrency = 2}));
    const auto first = take();
    REQUIRE(first.size() == 2);
    CHECK(take().empty());
    end(first[0]);
    CHECK(take().size() == 1);
    CHECK(take().empty());
}

TEST_CASE_FIXTURE(LimitedRows, "what a key holds up holds up nothing else") {
    store_rows(50, limited({.key = "full", .concurrency = 1}));
    CHECK(take().size() == 1);
    store_rows(1, limited({.key = "free", .concurrency = 1}));
    store_rows(1, test::activity());
    CHECK(take().size() == 2);
}

TEST_CASE_FIXTURE(LimitedRows, "a key without figures limits nothing, and takes turns all the same") {
    store_rows(30, limited({.key = "large"}));
    store_rows(1, limited({.key = "small"}));
    const auto taken = take(2);
    REQUIRE(taken.size() == 2);
    CHECK(keys_of(taken) == std::multiset<std::string>{"large", "small"});
    CHECK(take(100).size() == 29);
}

TEST_CASE_FIXTURE(LimitedRows, "keys take turns however long the backlog of one is") {
    store_rows(40, limited({.key = "noisy", .concurrency = 10}));
    database.advance(1h);
    for (const char* key : {"b", "c", "d"}) store_rows(3, limited({.key = key, .concurrency = 10}));
    std::multiset<std::string> served;
    for (int i = 0; i < 8; ++i) served.merge(keys_of(take(1)));
    for (const char* key : {"noisy", "b", "c", "d"}) CHECK(served.count(key) == 2);
}

TEST_CASE_FIXTURE(LimitedRows, "whatever ends a row's attempt gives its slot back") {
    const auto scheduled = limited({.key = "one", .concurrency = 1});
    using Taken = const ClaimedActivity&;
    const auto sweep_dead = [&](Taken) {
        database.execute("update engine.workers set lease_until = engine.now() - interval '1 second'");
        sweep();
        database.execute("update engine.workers set ended_at = null, lease_until = engine.now() + '1 day'");
    };
    const std::vector<std::pair<std::string, std::function<void(Taken)>>> ways{
        {"a result", [&](Taken taken) { end(taken); }},
        {"a retry that waits", [&](Taken taken) { retry(taken, database.now() + 1h); }},
        {"a transactional end", [&](Taken taken) { end_transactionally(taken); }},
        {"a run that ends", [&](Taken taken) { close(taken.row.run); }},
        {"a run that is terminated", [&](Taken taken) { terminate(taken.row.run); }},
        {"a run that no longer needs it", [&](Taken taken) { settle(taken); }},
        {"a time-out",
         [&](Taken) {
             database.advance(31s);
             sweep();
         }},
        {"the death of the worker", sweep_dead},
        {"somebody's own statement",
         [&](Taken) {
             database.execute("update engine.activities set owner = null where owner is not null");
         }},
    };
    for (const auto& [way, give_back] : ways) {
        CAPTURE(way);
        database.execute("delete from engine.activities");
        while (!take().empty()) {
        }
        store_rows(3, scheduled);
        const auto taken = take();
        REQUIRE(taken.size() == 1);
        REQUIRE(take().empty());
        give_back(taken[0]);
        CHECK(take().size() == 1);
        CHECK(take().empty());
    }
}

TEST_CASE_FIXTURE(LimitedRows, "a row that is asked to stop while it waits for a full key is ended at once") {
    store_rows(3, limited({.key = "full", .concurrency = 1}));
    REQUIRE(take().size() == 1);
    REQUIRE(take().empty());
    cancel_waiting();
    const auto stopped = take();
    REQUIRE(stopped.size() == 2);
    CHECK(stopped[0].cancel_requested);
    CHECK(stopped[1].cancel_requested);
}

TEST_CASE_FIXTURE(LimitedRows, "a slot that a dead worker held is not given away before its lease is over") {
    store_rows(2, limited({.key = "one", .concurrency = 1}));
    REQUIRE(take().size() == 1);
    database.execute("update engine.workers set lease_until = engine.now() + interval '10 seconds'");
    sweep();
    CHECK(take().empty());
    database.advance(11s);
    sweep();
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(LimitedRows,
                  "many workers together never run more of a key than it allows, and all of it gets done") {
    store_rows(120, limited({.key = "x", .concurrency = 3}));
    store_rows(60, limited({.key = "y", .concurrency = 1}));
    std::atomic<int> done = 0;
    std::atomic<bool> exceeded = false;
    {
        std::vector<std::jthread> workers;
        for (int i = 0; i < 5; ++i) {
            workers.emplace_back([&, number = register_worker()] {
                ActivityStore mine{database.url()};
                pqxx::connection watch{database.url()};
                while (done < 180) {
                    const auto taken = mine.claim(number, "default", {"work"}, 4);
                    pqxx::nontransaction look{watch};
                    const auto over = look.exec(
                        "select 1 from engine.activities where owner is not null group by limit_key "
                        "having count(*) > case limit_key when 'x' then 3 else 1 end");
                    if (!over.empty()) exceeded = true;
                    std::vector<ActivityEnd> ends;
                    for (const auto& row : taken) ends.push_back(end_of(row));
                    CHECK(mine.end(number, ends).empty());
                    done += static_cast<int>(taken.size());
                }
            });
        }
    }
    CHECK_FALSE(exceeded);
    CHECK(database.value("select count(*) from engine.activities") == "0");
    check_invariants();
}

TEST_CASE_FIXTURE(LimitedRows,
                  "in no stretch of time do more attempts start than the burst and the rate allow") {
    const double rate = 4;
    const int burst = 3;
    store_rows(200, limited({.key = "metered", .per_second = rate, .burst = burst}));
    std::vector<Timestamp> starts;
    unsigned noise = 12345;
    for (int i = 0; i < 80; ++i) {
        const Timestamp now = database.now();
        const auto taken = take();
        for (std::size_t n = 0; n < taken.size(); ++n) starts.push_back(now);
        noise = noise * 1664525U + 1013904223U;
        database.advance(std::chrono::milliseconds{(noise >> 8U) % 400U});
    }
    REQUIRE(starts.size() > 40);
    for (std::size_t from = 0; from < starts.size(); ++from) {
        for (std::size_t to = from; to < starts.size(); ++to) {
            const double seconds = std::chrono::duration<double>(starts[to] - starts[from]).count();
            // A claim's own time is a little later than the one noted before it.
            REQUIRE(static_cast<double>(to - from + 1) <= burst + rate * (seconds + 0.05));
        }
    }
    const double all = std::chrono::duration<double>(starts.back() - starts.front()).count();
    CHECK(static_cast<double>(starts.size()) >= rate * all);  // and it is not slower than allowed
}

TEST_CASE_FIXTURE(LimitedRows, "a metered key says when its next row may start, and then it may") {
    store_rows(3, limited({.key = "slow", .per_second = 0.05}));
    ClaimTimes times;
    CHECK(store.claim(worker, "default", {"work"}, 10, &times).size() == 1);
    REQUIRE(times.look_again_at);
    CHECK(*times.look_again_at - times.now == 20s);
    database.advance(15s);
    CHECK(take().empty());
    database.advance(6s);
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(LimitedRows, "a clock that is set back gives no starts away, and holds none up for long") {
    store_rows(5, limited({.key = "slow", .per_second = 1}));
    database.advance(24h);
    CHECK(take().size() == 1);
    database.advance(-24h);
    CHECK(take().empty());
    sweep();
    CHECK(take().empty());
    database.advance(1s);
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(LimitedRows, "the newest figures of a key count") {
    store_rows(6, limited({.key = "growing", .concurrency = 1}));
    REQUIRE(take().size() == 1);
    store_rows(1, limited({.key = "growing", .concurrency = 4}));
    CHECK(take().size() == 3);
    store_rows(1, limited({.key = "growing"}));
    CHECK(take().size() == 4);
    store_rows(1, limited({.key = "growing", .concurrency = 2}));
    CHECK(take().empty());
    check_invariants();
}

TEST_CASE_FIXTURE(LimitedRows, "a key's slots are shared by all queues, and wake the line of each") {
    const auto scheduled = limited({.key = "shared", .concurrency = 1});
    store_rows(2, scheduled);
    store_rows(2, scheduled, "other");
    const auto here = take();
    REQUIRE(here.size() == 1);
    CHECK(store.claim(worker, "other", {"work"}, 10).empty());
    end(here[0]);
    const auto there = store.claim(worker, "other", {"work"}, 10);
    REQUIRE(there.size() == 1);
    CHECK(take().empty());
    end(there[0]);
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(LimitedRows, "a worker that does not know a type leaves its line awake for those who do") {
    auto scheduled = limited({.key = "mixed", .concurrency = 2});
    scheduled.type = "rare";
    store_rows(3, scheduled);
    store_rows(3, limited({.key = "mixed", .concurrency = 2}));
    REQUIRE(take(1).size() == 1);
    CHECK(store.claim(worker, "default", {"rare"}, 10).size() == 1);
    CHECK(take().empty());
}

TEST_CASE_FIXTURE(LimitedRows, "a retry in a line starts when it is due, and not before") {
    store_rows(1, limited({.key = "one", .concurrency = 1}));
    retry(take().at(0), database.now() + 10s);
    ClaimTimes times;
    CHECK(store.claim(worker, "default", {"work"}, 10, &times).empty());
    REQUIRE(times.look_again_at);
    CHECK(*times.look_again_at - times.now <= 10s);
    database.advance(10s);
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(
    LimitedRows,
    "an end and a new row never wait for a claim, and the claim's decision does not outlast them") {
    store_rows(2, limited({.key = "one", .concurrency = 1}));
    const auto running = take();
    REQUIRE(running.size() == 1);
    database.execute("update engine.limit_lines set next_at = engine.now()");
    pqxx::connection other{database.url()};
    pqxx::work claim{other};  // sees a full key, and sends its line to sleep
    claim.exec(text_of("hold_limits", {"7", "'default'", "'{work}'", "10"}));
    CHECK(claim.exec(text_of("claim_activities", {"1", "7", "'default'", "'{work}'", "10"}))[0][1].is_null());
    claim.exec(text_of("rest_lines", {"7", "'default'", "'{work}'", "10"}));
    end(running[0]);                                           // does not wait
    store_rows(1, limited({.key = "one", .concurrency = 1}));  // neither
    CHECK(take().empty());                                     // passes the key over
    claim.commit();
    CHECK(database.value("select next_at from engine.limit_lines") == "infinity");
    CHECK(take().size() == 1);
}

TEST_CASE_FIXTURE(LimitedRows, "the sweeper wakes a line that sleeps although a row in it may start") {
    store_rows(2, limited({.key = "stuck", .concurrency = 1}));
    store_rows(2, limited({.key = "slow", .per_second = 0.001}));
    REQUIRE(take().size() == 2);
    database.execute("delete from engine.activities where owner is not null and limit_key = 'stuck'");
    database.execute("delete from engine.limit_news; update engine.limit_lines set next_at = 'infinity'");
    database.advance(10s);
    CHECK(broken_invariants() == std::set<std::string>{"I-43"});
    CHECK(take().empty());
    CHECK(sweep().stuck_lines_woken == 2);
    CHECK(keys_of(take()) == std::multiset<std::string>{"stuck"});
    check_invariants();
}

TEST_CASE_FIXTURE(LimitedRows, "the checker sees a key that runs more than it allows") {
    store_rows(3, limited({.key = "one", .concurrency = 1}));
    REQUIRE(take().size() == 1);
    check_invariants();
    database.execute(fmt::format("update engine.activities set owner = {}", worker.value));
    CHECK(broken_invariants() == std::set<std::string>{"I-42"});
}

TEST_CASE_FIXTURE(LimitedRows, "a claim whose answer was lost has its rows and its starts once") {
    store_rows(4, limited({.key = "once", .concurrency = 2, .per_second = 0.001, .burst = 2}));
    bool lose = true;
    Faults faults;
    faults.hook = [&](Faults::Point point, const char* statement) {
        return point == Faults::Point::after_commit_reply_lost &&
               std::string_view{statement} == "claim_activities" && std::exchange(lose, false);
    };
    ActivityStore unlucky{database.url(), faults};
    CHECK(unlucky.claim(worker, "default", {"work"}, 1).size() == 1);
    CHECK(database.value("select count(*) from engine.activities where owner is not null") == "1");
    CHECK(database.value("select round(tokens) from engine.limits") == "1");
}

TEST_CASE_FIXTURE(LimitedRows,
                  "a claim of rows that was lost and given back is made again under another token") {
    store_rows(1, limited({.key = "again", .concurrency = 1}));
    std::string first;
    Faults faults;
    faults.hook = [&](Faults::Point point, const char* statement) {
        if (point != Faults::Point::after_commit_reply_lost ||
            std::string_view{statement} != "claim_activities" || !first.empty()) {
            return false;
        }
        first = database.value("select token from engine.activities where owner is not null");
        CHECK(ActivityStore{database.url()}.give_back(worker, 0ms));
        return true;
    };
    ActivityStore unlucky{database.url(), faults};
    const auto claimed = unlucky.claim(worker, "default", {"work"}, 1);
    REQUIRE(!first.empty());
    REQUIRE(claimed.size() == 1);
    CHECK(std::to_string(claimed[0].fence.token) != first);
}
