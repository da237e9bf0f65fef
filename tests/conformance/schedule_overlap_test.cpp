// What a schedule does with a nominal time while the run of an earlier one goes on.

#include "tests/conformance/clockwork.hpp"

using namespace conformance;

namespace {

constexpr auto one = "2026-11-21T01:00:00Z";
constexpr auto two = "2026-11-21T02:00:00Z";
constexpr auto three = "2026-11-21T03:00:00Z";
constexpr auto four = "2026-11-21T04:00:00Z";

constexpr WorkflowType<Nothing, std::string> long_shift{"long_shift"};

/// Asked to stop, it goes on until it is told to leave.
Task<std::string> work_a_long_shift(Workflow& wf, Nothing) {
    co_return co_await wf.shielded(wf.signals(leave).receive());
}

class Overlapping : public Clockwork {
  public:
    Overlapping() { env.add(long_shift, work_a_long_shift); }
    /// Every hour a shift; that of 01:00 goes on.
    void begin(OverlapPolicy policy, const WorkflowType<Nothing, std::string>& type = shift) {
        spec.workflow = scheduled(type, {});
        spec.overlap = policy;
        REQUIRE(schedules.create(spec));
        live_until(one);
        REQUIRE(nominal_times() == Times{one});
    }
    ScheduleSpec spec = spec_of("@hourly", shift);
};

}  // namespace

TEST_CASE_FIXTURE(Clockwork, "1.3 overlap policy: skip is the default") {
    CHECK(ScheduleSpec{.id = "test"}.overlap == OverlapPolicy::skip);
    REQUIRE(schedules.create(spec_of("@hourly", shift)));
    live_until(two);
    CHECK(nominal_times() == Times{one});
    CHECK(schedule().skipped == 1);
}

TEST_CASE_FIXTURE(Overlapping, "2.10 skip drops what comes while a run goes on, and counts it") {
    begin(OverlapPolicy::skip);
    live_until(three);
    CHECK(schedule().skipped == 2);
    end(one);
    live_until(four);
    CHECK(nominal_times() == Times{one, four});
}

TEST_CASE_FIXTURE(Overlapping, "2.10 buffer_one keeps the first that comes and drops the rest") {
    begin(OverlapPolicy::buffer_one);
    live_until(three);
    CHECK(schedule().waiting == 1);
    CHECK(schedule().skipped == 1);
    end(one);
    CHECK(nominal_times() == Times{one, two});
}

TEST_CASE_FIXTURE(Overlapping, "2.10 buffer_all keeps all and runs one at a time") {
    begin(OverlapPolicy::buffer_all);
    live_until(three);
    CHECK(schedule().waiting == 2);
    end(one);
    CHECK(open_runs() == Times{std::string{"test-"} + two});
    end(two);
    CHECK(open_runs() == Times{std::string{"test-"} + three});
    CHECK(schedule().skipped == 0);
}

TEST_CASE_FIXTURE(Overlapping,
                  "2.10 buffer_all: never more than 1,000 wait; what is more is dropped and counted") {
    begin(OverlapPolicy::buffer_all);
    execute(env,
            "insert into engine.schedule_buffer (schedule_id, nominal, origin) "
            "select 'test', timestamptz '2026-01-01' + n * interval '1 minute', 'schedule' "
            "from generate_series(1, 999) n");
    live_until(three);
    CHECK(schedule().waiting == 1'000);
    CHECK(schedule().skipped == 1);
}

TEST_CASE_FIXTURE(Overlapping,
                  "2.10 cancel_other asks the running one to stop and starts when it has ended") {
    begin(OverlapPolicy::cancel_other);
    live_until(two);
    env.settle();
    CHECK(env.client().wait_result(named(std::string{"test-"} + one), 60s).status ==
          replay::RunStatus::canceled);
    CHECK(open_runs() == Times{std::string{"test-"} + two});
}

TEST_CASE_FIXTURE(Overlapping,
                  "2.10 cancel_other asks once, however long that takes; the newest that waits starts then") {
    begin(OverlapPolicy::cancel_other, long_shift);
    const RunId slow = env.client().resolve(named(std::string{"test-"} + one)).value();
    for (const auto* time : {two, three, four}) {
        live_until(time);
        CHECK(count(env, slow, "CancelRequested") == 1);
        CHECK(number(env, "select count(*) from engine.inbox") == 0);
        CHECK(schedule().waiting == 1);
        CHECK(nominal_times() == Times{one});
    }
    CHECK(schedule().skipped == 2);
    CHECK(end(one).status == replay::RunStatus::completed);
    CHECK(nominal_times() == Times{one, four});
    CHECK(schedule().waiting == 0);
}

TEST_CASE_FIXTURE(Overlapping,
                  "2.10 terminate_other ends the running one and starts at once, in one transaction") {
    begin(OverlapPolicy::terminate_other, long_shift);
    live_until(two);
    CHECK(env.client().wait_result(named(std::string{"test-"} + one), 60s).status ==
          replay::RunStatus::terminated);
    CHECK(open_runs() == Times{std::string{"test-"} + two});
    const std::string of_run = " join engine.runs r using (run_id) where r.workflow_id = 'test-";
    CHECK(number(env, "select ((select c.xmin::text from engine.closed_runs c" + of_run + one +
                          "') = (select h.xmin::text from engine.history h" + of_run + two +
                          "' and h.first_event = 1))::int") == 1);
}

TEST_CASE_FIXTURE(Overlapping, "2.10 allow_all starts at once, and its runs do not count as running") {
    begin(OverlapPolicy::allow_all);
    live_until(three);
    CHECK(open_runs().size() == 3);
    spec.overlap = OverlapPolicy::skip;
    CHECK(schedules.update(spec) == store::ScheduleUpdate::updated);
    live_until(four);
    CHECK_MESSAGE(open_runs().size() == 4, "skip has seen nothing that runs");
}

TEST_CASE_FIXTURE(Overlapping, "2.10 with nothing running the first one starts whatever the policy") {
    for (const auto policy :
         {OverlapPolicy::skip, OverlapPolicy::buffer_one, OverlapPolicy::buffer_all,
          OverlapPolicy::cancel_other, OverlapPolicy::terminate_other, OverlapPolicy::allow_all}) {
        CAPTURE(static_cast<int>(policy));
        ScheduleSpec each = spec_of("@yearly", shift);
        each.id = "policy-" + std::to_string(static_cast<int>(policy));
        each.overlap = policy;
        REQUIRE(schedules.create(each));
        CHECK(schedules.trigger(each.id).fate == store::ScheduleFate::started);
    }
    env.settle();
}

TEST_CASE_FIXTURE(Overlapping, "2.10 a changed policy decides on what is buffered already") {
    begin(OverlapPolicy::buffer_all);
    live_until(three);
    REQUIRE(schedule().waiting == 2);
    spec.overlap = OverlapPolicy::allow_all;
    CHECK(schedules.update(spec) == store::ScheduleUpdate::updated);
    env.settle();
    CHECK(open_runs().size() == 3);
    CHECK(schedule().waiting == 0);
}

TEST_CASE_FIXTURE(Overlapping, "2.10 a wish for allow_all is granted though another run is being cancelled") {
    begin(OverlapPolicy::cancel_other);
    CHECK(schedules.trigger("test", OverlapPolicy::allow_all).fate == store::ScheduleFate::started);
    live_until(two);
    env.settle();
    const Times open = open_runs();
    CHECK(open.size() == 2);  // the one that was wished for, and that of 02:00
    CHECK(std::ranges::count(open, std::string{"test-"} + two) == 1);
    CHECK(std::ranges::count(open, std::string{"test-"} + one) == 0);
}
