// Heartbeat details in rows: kept over time-outs and take-overs, replaced only by newer ones.

#include <doctest/doctest.h>

#include "tests/store/limited_rows.hpp"

using namespace std::chrono_literals;
using namespace durable;
using namespace durable::store;
using namespace test;

namespace {

history::ActivityScheduled beating() {
    history::ActivityScheduled scheduled = activity();
    scheduled.options.heartbeat = 10s;
    return scheduled;
}

struct Beating : LimitedRows {
    ClaimedActivity taken_with_details(const std::string& details) {
        store_rows(1, beating());
        const ClaimedActivity taken = take().at(0);
        beat(taken, details);
        return taken;
    }
    void beat(const ClaimedActivity& taken, const std::optional<std::string>& details) {
        const auto heard =
            store.heartbeat(worker, {{taken.row.run, taken.row.activity, taken.fence, details}});
        REQUIRE(heard.size() == 1);
        REQUIRE_FALSE(heard[0].lost);
    }
};

}  // namespace

TEST_CASE_FIXTURE(Beating,
                  "an attempt that falls silent is timed out, and the next one gets its last details") {
    taken_with_details(R"({"page":7})");
    database.advance(9s);
    CHECK(sweep().activities_timed_out == 0);
    database.advance(2s);
    CHECK(sweep().activities_timed_out == 1);
    database.advance(1h);
    const auto next = take();
    REQUIRE(next.size() == 1);
    CHECK(next[0].row.attempt == 2);
    CHECK(next[0].row.heartbeat_details == R"({"page":7})");
}

TEST_CASE_FIXTURE(Beating, "an attempt lost with its worker leaves its details") {
    taken_with_details("8");
    database.execute("update engine.workers set lease_until = engine.now() - interval '1 second'");
    sweep();
    database.execute(
        "update engine.workers set ended_at = null, lease_until = engine.now() + interval '1 day'");
    const auto next = take();
    REQUIRE(next.size() == 1);
    CHECK(next[0].row.attempt == 1);
    CHECK(next[0].row.lost_attempts == 1);
    CHECK(next[0].row.heartbeat_details == "8");
}

TEST_CASE_FIXTURE(Beating, "a sign of life without details keeps those before it") {
    const auto taken = taken_with_details("9");
    beat(taken, std::nullopt);
    CHECK(database.value("select heartbeat_details from engine.activities") == "9");
    beat(taken, "10");
    CHECK(database.value("select heartbeat_details from engine.activities") == "10");
}
