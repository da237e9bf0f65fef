// Priorities of activity rows: 1 goes first, 5 last, and within one the oldest.

#include <doctest/doctest.h>

#include <algorithm>

#include "tests/store/limited_rows.hpp"

using namespace std::chrono_literals;
using namespace durable;
using namespace durable::store;
using namespace test;

namespace {

std::vector<int> priorities_of(const std::vector<ClaimedActivity>& taken) {
    std::vector<int> priorities;
    for (const ClaimedActivity& activity : taken) {
        const history::Event event = history::decode_event(activity.row.task);
        priorities.push_back(std::get<history::ActivityScheduled>(event).options.priority);
    }
    return priorities;
}

}  // namespace

TEST_CASE_FIXTURE(LimitedRows, "rows of a higher priority go first, whatever waits since when") {
    for (const int priority : {5, 3, 4, 1, 2}) {
        store_rows(2, with_priority(priority));
        database.advance(1s);
    }
    std::vector<int> order;
    for (int i = 0; i < 5; ++i) {
        for (const int priority : priorities_of(take(2))) order.push_back(priority);
    }
    CHECK(order == std::vector<int>{1, 1, 2, 2, 3, 3, 4, 4, 5, 5});
}

TEST_CASE_FIXTURE(LimitedRows, "within a priority the row that has been available longest goes first") {
    std::vector<RunId> stored;
    for (int i = 0; i < 4; ++i) {
        stored.push_back(store_rows(1, with_priority(2)).at(0));
        database.advance(1s);
    }
    std::vector<RunId> taken;
    for (int i = 0; i < 4; ++i) taken.push_back(take(1).at(0).row.run);
    CHECK(taken == stored);
}

TEST_CASE_FIXTURE(LimitedRows, "a key gives its slots to its rows by priority, then by age") {
    auto low = limited({.key = "one", .concurrency = 1});
    auto high = low;
    low.options.priority = 4;
    high.options.priority = 2;
    store_rows(2, low);
    database.advance(1s);
    store_rows(2, high);
    std::vector<int> order;
    for (int i = 0; i < 4; ++i) {
        const auto taken = take();
        REQUIRE(taken.size() == 1);
        order.push_back(priorities_of(taken).at(0));
        end(taken[0]);
    }
    CHECK(order == std::vector<int>{2, 2, 4, 4});
}

TEST_CASE_FIXTURE(LimitedRows, "rows with and without a limit share one order of priorities") {
    auto important = limited({.key = "vendor", .concurrency = 5});
    important.options.priority = 1;
    store_rows(3, with_priority(2));
    database.advance(1s);
    store_rows(3, important);
    CHECK(priorities_of(take(3)) == std::vector<int>{1, 1, 1});
    CHECK(priorities_of(take(3)) == std::vector<int>{2, 2, 2});
}

TEST_CASE_FIXTURE(LimitedRows, "a backlog without a limit does not starve a key, nor the other way round") {
    store_rows(1, limited({.key = "early"}));
    database.advance(1s);
    store_rows(30, activity());
    database.advance(1s);
    store_rows(30, limited({.key = "late"}));
    CHECK(keys_of(take(10)).count("early") == 1);
    CHECK(keys_of(take(22)).count("late") == 1);
    database.advance(1s);
    store_rows(1, activity());
    CHECK(keys_of(take(2)) == std::multiset<std::string>{"", "late"});
}

TEST_CASE_FIXTURE(LimitedRows, "a retry keeps its priority") {
    store_rows(1, with_priority(4));
    retry(take().at(0), database.now());
    store_rows(1, with_priority(3));
    CHECK(priorities_of(take(1)) == std::vector<int>{3});
    CHECK(priorities_of(take(1)) == std::vector<int>{4});
}
