// Whose turn it is, without a database.

#include "engine/store/claim_turns.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <map>

using namespace durable;
using namespace durable::store;

namespace {

const auto beginning = ClaimTurns::Clock::time_point{} + std::chrono::hours{1};

/// Lines with as much in them as a test says, and the claims that a database would make.
class Queue {
  public:
    std::map<LineName, int> left;
    std::map<LineName, double> weights;
    std::map<LineName, int> given;  ///< by all claims so far

    void look() {
        LinesSeen seen;
        for (const auto& [line, count] : left) {
            const auto weight = weights.find(line);
            if (count > 0) seen.ripe.push_back({line, weight == weights.end() ? 1 : weight->second});
        }
        turns.looked(seen, beginning);
    }
    /// The runs that it takes, by line, in the order in which they are taken.
    std::vector<LineName> claim(int limit) {
        const auto plan = turns.plan(limit, beginning);
        std::vector<TakenRun> taken;
        std::map<LineName, int> passed;
        for (const LineTurn& turn : plan) {
            CHECK(passed[turn.line] >= turn.passed_over - turn.taken);
            for (int i = 0; i < turn.taken && left[turn.line] > 0 && std::ssize(taken) < limit; ++i) {
                --left[turn.line];
                ++given[turn.line];
                taken.push_back({turn.line, Timestamp{std::chrono::seconds{1}}});
            }
            passed[turn.line] += turn.taken;
        }
        turns.took(plan, taken, std::ssize(taken) == limit, Timestamp{std::chrono::seconds{2}});
        std::vector<LineName> lines;
        for (const TakenRun& run : taken) lines.push_back(run.line);
        return lines;
    }

    ClaimTurns turns;
};

}  // namespace

TEST_CASE("while claims take all there is, nobody looks at lines") {
    ClaimTurns turns;
    CHECK_FALSE(turns.look_due(beginning));
    turns.took_by_age(false);
    CHECK_FALSE(turns.look_due(beginning));
    CHECK(turns.plan(10, beginning).empty());
    turns.took_by_age(true);
    CHECK(turns.look_due(beginning));
}

TEST_CASE("a line that appears behind a backlog is served with the next claim") {
    Queue queue;
    queue.left[{3, "big"}] = 100'000;
    queue.turns.took_by_age(true);
    queue.look();
    for (int i = 0; i < 50; ++i) CHECK(queue.claim(100).size() == 100);
    queue.left[{3, "small"}] = 1;
    queue.look();
    const auto next = queue.claim(100);
    CHECK(std::ranges::count(next, LineName{3, "small"}) == 1);
    CHECK(next.size() == 100);  // what the small one has left, the big one gets
}

TEST_CASE("lines share by weight, and waiting saves up nothing") {
    Queue queue;
    queue.left = {{{3, "a"}, 10'000}, {{3, "b"}, 10'000}};
    queue.weights[{3, "b"}] = 3;
    queue.turns.took_by_age(true);
    queue.look();
    for (int i = 0; i < 100; ++i) static_cast<void>(queue.claim(10));
    CHECK(std::abs(queue.given[{3, "a"}] - 250) <= 2);
    CHECK(std::abs(queue.given[{3, "b"}] - 750) <= 2);
    queue.left[{3, "late"}] = 10'000;
    queue.look();
    for (int i = 0; i < 50; ++i) static_cast<void>(queue.claim(10));
    CHECK(std::abs(queue.given[{3, "late"}] - 100) <= 2);
}

TEST_CASE("even a claim of one run at a time goes round") {
    Queue queue;
    queue.left = {{{3, "a"}, 9}, {{3, "b"}, 9}, {{3, "c"}, 9}};
    queue.turns.took_by_age(true);
    queue.look();
    for (int i = 0; i < 9; ++i) CHECK(queue.claim(1).size() == 1);
    for (const auto& [line, count] : queue.given) CHECK(count == 3);
}

TEST_CASE("lines of a better priority go first, the rest gets what they leave") {
    Queue queue;
    queue.left = {{{1, "urgent"}, 3}, {{3, "usual"}, 50}, {{5, "some time"}, 50}};
    queue.turns.took_by_age(true);
    queue.look();
    static_cast<void>(queue.claim(10));
    CHECK(queue.given[{1, "urgent"}] == 3);
    CHECK(queue.given[{3, "usual"}] == 7);
    for (int i = 0; i < 4; ++i) static_cast<void>(queue.claim(10));
    CHECK(queue.given[{3, "usual"}] == 47);
    CHECK(queue.given[{5, "some time"}] == 0);
}

TEST_CASE("claims that come back short end the turns, and age decides again") {
    Queue queue;
    queue.left = {{{3, "a"}, 15}};
    queue.turns.took_by_age(true);
    queue.look();
    CHECK(queue.claim(10).size() == 10);
    CHECK(queue.claim(10).size() == 5);
    CHECK(queue.turns.plan(10, beginning).empty());
    CHECK_FALSE(queue.turns.look_due(beginning));
}

TEST_CASE("looking costs a bounded share of the time, however many lines there are") {
    ClaimTurns turns;
    turns.took_by_age(true);
    LinesSeen seen;
    seen.took = std::chrono::milliseconds{50};
    seen.passed = 5000;
    turns.looked(seen, beginning);
    CHECK_FALSE(turns.look_due(beginning + std::chrono::milliseconds{900}));
    CHECK(turns.look_due(beginning + std::chrono::milliseconds{1100}));
    seen.page_was_full = true;
    seen.last = {3, "m"};
    turns.looked(seen, beginning);
    CHECK(turns.look_due(beginning));  // the next page at once
    CHECK(turns.look_after() == LineName{3, "m"});
}
