// Specs as timetables: rules, limits, names, jitter, and what is wrong with a spec.

#include "engine/schedule/overlap.hpp"
#include "tests/schedule/times.hpp"

using namespace test;
using schedule::ScheduleError;
using schedule::Timetable;
using Times = std::vector<std::string>;

namespace {

ScheduleSpec interval(Duration every, Duration offset = 0s) {
    ScheduleSpec spec = spec_of("");
    spec.every = every;
    spec.offset = offset;
    return spec;
}

std::string error_of(const ScheduleSpec& spec) {
    try {
        const Timetable timetable{spec};
    } catch (const ScheduleError& error) {
        return error.what();
    }
    return "(accepted)";
}

}  // namespace

TEST_CASE("an interval counts from 1970 plus its offset, whenever one asks") {
    const Timetable timetable{interval(90min, 10min)};
    CHECK(texts(timetable.upcoming(at("2026-11-21T10:00:00Z"), 3)) ==
          Times{"2026-11-21T10:40:00Z", "2026-11-21T12:10:00Z", "2026-11-21T13:40:00Z"});
    CHECK(timetable.next_after(at("2026-11-21T10:40:00Z")) == at("2026-11-21T12:10:00Z"));
    CHECK(timetable.next_after(at("1969-12-31T23:00:00Z")) == at("1970-01-01T00:10:00Z"));
    CHECK(timetable.next_after(at("1969-12-31T22:00:00Z")) == at("1969-12-31T22:40:00Z"));
}

TEST_CASE("start is the first possible nominal time, end is none any more") {
    ScheduleSpec spec = spec_of("@daily");
    spec.start = at("2026-11-23");
    spec.end = at("2026-11-25");
    CHECK(between(spec, "2026-11-01", "2026-12-01") == Times{"2026-11-23T00:00:00Z", "2026-11-24T00:00:00Z"});
    CHECK_FALSE(Timetable{spec}.next_after(at("2026-11-24")).has_value());
}

TEST_CASE("the next times of a schedule that ends are as many as there are") {
    ScheduleSpec spec = spec_of("@daily");
    spec.end = at("2026-11-25");
    CHECK(Timetable{spec}.upcoming(at("2026-11-22"), 10).size() == 2);
}

TEST_CASE("jitter delays, stays within its bound, differs between nominal times and never changes") {
    ScheduleSpec spec = spec_of("* * * * *");
    spec.jitter = 45s;
    const Timetable timetable{spec};
    const Timetable the_same{spec};
    spec.id = "another";
    const Timetable another{spec};
    int moved = 0;
    int different = 0;
    Duration widest{0};
    for (const Timestamp nominal : timetable.upcoming(at("2026-11-21"), 1000)) {
        const Duration delay = timetable.due(nominal) - nominal;
        CHECK(delay >= 0s);
        CHECK(delay <= 45s);
        CHECK(the_same.due(nominal) == timetable.due(nominal));
        moved += delay != 0s ? 1 : 0;
        different += another.due(nominal) != timetable.due(nominal) ? 1 : 0;
        widest = std::max(widest, delay);
    }
    CHECK(moved > 990);
    CHECK(different > 990);
    CHECK(widest > 44s);
}

TEST_CASE("the workflow id is the prefix and the nominal time") {
    ScheduleSpec spec = spec_of("0 2 * * *", "America/New_York");
    CHECK(Timetable{spec}.workflow_id(at("2026-11-21T07:00:00Z")).value == "test-2026-11-21T07:00:00Z");
    spec.id_prefix = "usage-aggregation";
    spec.id_format = RunIdFormat::date;
    CHECK(Timetable{spec}.workflow_id(at("2026-11-21T07:00:00Z")).value == "usage-aggregation-2026-11-21");
    spec.cron = "0 22 * * *";
    CHECK_MESSAGE(
        Timetable{spec}.workflow_id(at("2026-11-22T03:00:00Z")).value == "usage-aggregation-2026-11-21",
        "the date on the wall, not that of UTC");
    CHECK(Timetable{spec}.triggered_workflow_id(at("2026-11-21T09:15:00Z") + 1ms).value ==
          "usage-aggregation-2026-11-21T09:15:00.001Z");
}

TEST_CASE("a time that the clock's change moves over midnight keeps its own date as its name") {
    // Nuuk, 28 March 2026: 23:00 is followed by 00:00.
    ScheduleSpec spec = spec_of("15 23 * * *", "America/Nuuk");
    spec.id_format = RunIdFormat::date;
    const Timetable timetable{spec};
    Times names;
    for (const Timestamp nominal : timetable.upcoming(at("2026-03-28T00:00:00Z") + 2h, 3)) {
        names.push_back(timetable.workflow_id(nominal).value);
    }
    CHECK(names == Times{"test-2026-03-28", "test-2026-03-29", "test-2026-03-30"});
}

TEST_CASE("a spec that cannot be meant so names the schedule and the mistake") {
    const auto with = [](auto change) {
        ScheduleSpec spec = spec_of("0 2 * * *");
        change(spec);
        return error_of(spec);
    };
    using Spec = ScheduleSpec;
    CHECK(with([](Spec&) {}) == "(accepted)");
    CHECK(with([](Spec& s) { s.cron = "0 25 * * *"; }) ==
          "schedule \"test\": cron \"0 25 * * *\", hour (characters 3-4): 25 is not from 0 to 23");
    CHECK(with([](Spec& s) {
              s.time_zone = "Mars/Olympus";
          }).find("schedule \"test\": time zone \"Mars/Olympus\" is not in this machine's database") == 0);
    CHECK(with([](Spec& s) { s.time_zone = "../../../etc/passwd"; }).find("is not in this machine") !=
          std::string::npos);
    CHECK(with([](Spec& s) { s.every = 1h; }).find("either a cron expression or an interval") !=
          std::string::npos);
    CHECK(with([](Spec& s) { s.cron.clear(); }).find("either a cron expression or an interval") !=
          std::string::npos);
    CHECK(error_of(interval(999ms)).find("shorter than a second") != std::string::npos);
    CHECK(error_of(interval(1h, 1h)).find("offset is not from 0 to less than the interval") !=
          std::string::npos);
    CHECK(error_of(interval(1h, -1s)).find("offset is not from 0") != std::string::npos);
    CHECK(with([](Spec& s) { s.id.clear(); }).find("the id has not 1 to 200 bytes") != std::string::npos);
    CHECK(with([](Spec& s) { s.workflow.type.clear(); }).find("names no workflow type") != std::string::npos);
    CHECK(with([](Spec& s) { s.start = s.end = at("2026-01-01"); }).find("ends before it starts") !=
          std::string::npos);
    CHECK(with([](Spec& s) { s.jitter = 25h; }).find("jitter") != std::string::npos);
    CHECK(with([](Spec& s) { s.catch_up = -1s; }).find("catch-up window is negative") != std::string::npos);
    CHECK(with([](Spec& s) { s.limited_actions = 0; }).find("below 1") != std::string::npos);
    const auto dated = [](Spec& s) { s.id_format = RunIdFormat::date; };
    CHECK(with(dated) == "(accepted)");
    CHECK(with([&](Spec& s) { dated(s), s.cron = "0 2,14 * * *"; }).find("at most one run a day") !=
          std::string::npos);
    CHECK(with([&](Spec& s) { dated(s), s.dst = DstPolicy::both; }).find("at most one run a day") !=
          std::string::npos);
}

TEST_CASE("a spec survives its JSON, and one written by an older build gets today's defaults") {
    ScheduleSpec spec = spec_of("0 2 * * *", "Europe/Berlin", DstPolicy::both);
    spec.start = at("2026-11-21");
    spec.limited_actions = 7;
    spec.overlap = OverlapPolicy::terminate_other;
    spec.workflow.input = Payload{R"({"page_size":500})"};
    CHECK(decode<ScheduleSpec>(encode(spec)) == spec);
    const auto old = decode<ScheduleSpec>(Payload{R"({"id":"a","cron":"@daily","workflow":{"type":"w"}})"});
    CHECK(old.catch_up == 1h);
    CHECK(old.overlap == OverlapPolicy::skip);
    CHECK(old.workflow.queue == "default");
}

TEST_CASE("overlap: with nothing running every policy starts; with something running each does its own") {
    using schedule::Verdict;
    const auto of = [](OverlapPolicy policy, bool running, std::size_t waiting, bool held = false) {
        return schedule::decide(policy, {running, waiting, held});
    };
    for (const auto policy : {OverlapPolicy::skip, OverlapPolicy::buffer_one, OverlapPolicy::buffer_all,
                              OverlapPolicy::cancel_other, OverlapPolicy::terminate_other}) {
        CHECK(of(policy, false, 0) == Verdict::start);
        CHECK(of(policy, false, 0, true) == Verdict::wait);
    }
    CHECK(of(OverlapPolicy::skip, true, 0) == Verdict::drop);
    CHECK(of(OverlapPolicy::buffer_one, true, 0) == Verdict::wait);
    CHECK(of(OverlapPolicy::buffer_one, true, 1) == Verdict::drop);
    CHECK(of(OverlapPolicy::buffer_all, true, 999) == Verdict::wait);
    CHECK(of(OverlapPolicy::buffer_all, true, 1000) == Verdict::drop);
    CHECK(of(OverlapPolicy::cancel_other, true, 3) == Verdict::cancel_and_wait);
    CHECK(of(OverlapPolicy::terminate_other, true, 3) == Verdict::terminate_and_start);
    CHECK(of(OverlapPolicy::allow_all, true, 3) == Verdict::start_beside);
    CHECK(of(OverlapPolicy::allow_all, false, 0) == Verdict::start_beside);
}
