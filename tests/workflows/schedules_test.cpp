// What the product does by the clock: every entry is a schedule that works.

#include "workflows/schedules.hpp"

#include <doctest/doctest.h>

#include <set>

#include "engine/schedule/timetable.hpp"
#include "workflows/register.hpp"

TEST_CASE(
    "every schedule of the product can be compiled, starts a known workflow, and gives it an input it "
    "takes") {
    durable::WorkflowRegistry workflows;
    callflex::register_workflows(workflows);
    std::set<std::string> prefixes;
    const auto schedules = callflex::product_schedules();
    CHECK_FALSE(schedules.empty());
    for (const durable::ScheduleSpec& spec : schedules) {
        CAPTURE(spec.id);
        const durable::schedule::Timetable timetable{spec};
        CHECK(timetable.next_after(durable::Timestamp{std::chrono::seconds{1'800'000'000}}).has_value());
        REQUIRE(workflows.knows(spec.workflow.type));
        CHECK_NOTHROW(workflows.check_input(spec.workflow.type, spec.workflow.input));
        CHECK_MESSAGE(prefixes.insert(spec.id_prefix.empty() ? spec.id : spec.id_prefix).second,
                      "two schedules must not share their workflow ids");
    }
}
