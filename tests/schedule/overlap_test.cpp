// What happens to a nominal time while the run before it goes on.

#include "tests/schedule/office.hpp"

using namespace test;
using Times = std::vector<std::string>;

namespace {

class Overlapping : public Office {
  public:
    /// An hourly schedule whose run of 01:00 goes on.
    void begin(OverlapPolicy policy, bool pause_on_failure = false) {
        spec = spec_of("@hourly");
        spec.overlap = policy;
        spec.catch_up = 24h;
        spec.pause_on_failure = pause_on_failure;
        go_to("2026-11-21T00:30:00Z");
        apply(spec);
        hour(1);
        REQUIRE(nominal_times() == Times{"2026-11-21T01:00:00Z"});
    }
    void hour(int number) {
        go_to(at_hour(number));
        act();
    }
    static std::string at_hour(int number) {
        return (number < 10 ? "2026-11-21T0" : "2026-11-21T") + std::to_string(number) + ":00:00Z";
    }
    static std::string run_of(int number) { return "test-" + at_hour(number); }
    static Times hours(const std::vector<int>& numbers) {
        Times times;
        for (const int number : numbers) times.push_back(at_hour(number));
        return times;
    }
    ScheduleSpec spec;
};

}  // namespace

TEST_CASE_FIXTURE(Overlapping, "skip: what comes while a run goes on is left out and counted") {
    begin(OverlapPolicy::skip);
    hour(2);
    hour(3);
    CHECK(nominal_times() == hours({1}));
    CHECK(schedule().skipped == 2);
    complete(run_of(1));
    hour(4);
    CHECK(nominal_times() == hours({1, 4}));
}

TEST_CASE_FIXTURE(Overlapping,
                  "buffer_one: the first that comes waits for the end, the others are left out") {
    begin(OverlapPolicy::buffer_one);
    hour(2);
    hour(3);
    CHECK(nominal_times() == hours({1}));
    CHECK(schedule().waiting == 1);
    CHECK(schedule().skipped == 1);
    CHECK_MESSAGE(act() == 0, "what waits for a run costs no turns");
    complete(run_of(1));
    CHECK(act() == 1);
    CHECK(nominal_times() == hours({1, 2}));
    CHECK(schedule().waiting == 0);
}

TEST_CASE_FIXTURE(Overlapping, "buffer_all: all wait, and run one after the other") {
    begin(OverlapPolicy::buffer_all);
    hour(4);
    CHECK(schedule().waiting == 3);
    for (int number = 1; number <= 3; ++number) {
        complete(run_of(number));
        act();
        CHECK(open_runs() == 1);
    }
    CHECK(nominal_times() == hours({1, 2, 3, 4}));
    CHECK(schedule().skipped == 0);
}

TEST_CASE_FIXTURE(Overlapping, "buffer_all: more than 1,000 never wait") {
    begin(OverlapPolicy::buffer_all);
    database.execute(
        "insert into engine.schedule_buffer (schedule_id, nominal, origin) "
        "select 'test', timestamptz '2026-01-01' + n * interval '1 minute', 'schedule' "
        "from generate_series(1, 999) as n");
    hour(4);
    CHECK(schedule().waiting == 1000);
    CHECK(schedule().skipped == 2);
}

TEST_CASE_FIXTURE(Overlapping,
                  "cancel_other: the running one is asked to stop, once; the newest starts at its end") {
    begin(OverlapPolicy::cancel_other);
    hour(2);
    hour(3);
    CHECK(database.value("select count(*) from engine.inbox") == "1");
    CHECK(database.value("select cancel_requested from engine.live_runs") == "t");
    CHECK(schedule().waiting == 1);
    complete(run_of(1));
    act();
    CHECK(nominal_times() == hours({1, 3}));
    CHECK(schedule().skipped == 1);
}

TEST_CASE_FIXTURE(Overlapping, "terminate_other: the running one ends at once, in the same transaction") {
    begin(OverlapPolicy::terminate_other);
    hour(2);
    CHECK(nominal_times() == hours({1, 2}));
    CHECK(open_runs() == 1);
    CHECK(database.value("select string_agg(status, ',') from engine.closed_runs") == "terminated");
    CHECK(schedule().running == 1);
}

TEST_CASE_FIXTURE(Overlapping, "allow_all: every one starts, and none stands in the way") {
    begin(OverlapPolicy::allow_all);
    hour(3);
    CHECK(nominal_times() == hours({1, 2, 3}));
    CHECK(open_runs() == 3);
    CHECK(database.value("select count(*) from engine.schedule_runs") == "0");
}

TEST_CASE_FIXTURE(Overlapping,
                  "the policy that counts is the one at the time of acting, for what waits already too") {
    begin(OverlapPolicy::buffer_all);
    hour(3);
    REQUIRE(schedule().waiting == 2);
    spec.overlap = OverlapPolicy::allow_all;
    apply(spec);
    act();
    CHECK(nominal_times() == hours({1, 2, 3}));
    CHECK(schedule().waiting == 0);
}

TEST_CASE_FIXTURE(Overlapping, "a run that continues as new goes on, as far as its schedule is concerned") {
    begin(OverlapPolicy::skip);
    // The chain's second run has taken over the name and the live row.
    database.execute("update engine.live_runs set run_id = '01990000-0000-7000-8000-000000000001'");
    database.execute("update engine.workflow_ids set run_id = '01990000-0000-7000-8000-000000000001'");
    hour(2);
    CHECK(schedule().skipped == 1);
    CHECK(schedule().running == 1);
}

TEST_CASE_FIXTURE(Overlapping,
                  "pause on failure: a failed run pauses, with a note that says why; what waits stays") {
    begin(OverlapPolicy::buffer_all, true);
    hour(2);
    fail(run_of(1));
    act();
    CHECK(schedule().paused);
    CHECK(schedule().note == "paused because test-2026-11-21T01:00:00Z failed");
    CHECK(schedule().waiting == 1);
    hour(3);
    CHECK(nominal_times() == hours({1}));
    client.unpause("test", "mended");
    act();
    CHECK_MESSAGE(nominal_times() == hours({1, 2}), "what waited runs; 03:00 passed during the pause");
}

TEST_CASE_FIXTURE(Overlapping,
                  "pause on failure: an end from outside is no failure, and neither is success") {
    begin(OverlapPolicy::skip, true);
    terminate(run_of(1));
    hour(2);
    complete(run_of(2));
    hour(3);
    CHECK_FALSE(schedule().paused);
    CHECK(nominal_times() == hours({1, 2, 3}));
}

TEST_CASE_FIXTURE(Overlapping, "pause on failure watches the runs of allow_all as well") {
    begin(OverlapPolicy::allow_all, true);
    hour(2);
    fail(run_of(1));
    act();
    CHECK(schedule().paused);
    CHECK(open_runs() == 1);
}
