#include <algorithm>

#include "tests/replay/work.hpp"

namespace durable::test {
namespace {

constexpr unsigned line_of_inner = __LINE__ + 2;
Task<Done> paint_wall(Workflow& wf, std::string wall) {
    co_return co_await wf.run(work, {wall, 1});
}

constexpr unsigned line_of_outer = __LINE__ + 2;
Task<std::string> paint_house(Workflow& wf, Nothing) {
    const Done done = co_await paint_wall(wf, "north");
    co_return done.text;
}

TEST_CASE("the stack names every waiting coroutine, innermost first, with file and line") {
    Script script{paint_house};
    script.feed();
    const std::vector<replay::StackFrame> stack = script.execution().stack();
    REQUIRE(stack.size() == 2);
    CHECK(stack[0].coroutine.ends_with("paint_wall"));
    CHECK(stack[0].file == "replay/stack_test.cpp");
    CHECK(stack[0].line == line_of_inner);
    CHECK(stack[0].waits_for == "activity work (event 2)");
    CHECK(stack[1].coroutine.ends_with("paint_house"));
    CHECK(stack[1].line == line_of_outer);
    CHECK(stack[1].waits_for.starts_with("task "));
    CHECK(stack[1].waits_for.ends_with("paint_wall"));
    CHECK(script.execution().waits_for() ==
          "activity work (event 2) at replay/stack_test.cpp:" + std::to_string(line_of_inner));
    script.complete(2, Done{"done"});
    CHECK(script.execution().stack().empty());
    CHECK(script.execution().waits_for().empty());
}

constexpr unsigned line_of_branches = __LINE__ + 3;
Task<Nothing> waits_for_all_kinds(Workflow& wf, Nothing) {
    // One line a branch, so that the stack can tell them apart.
    co_await wf.all(wf.run(work, {"a", 1}),                     //
                    wf.sleep(1h),                               //
                    wf.signals(approve).receive(),              //
                    wf.wait_until([] { return false; }, 2min),  //
                    wf.shielded(wf.run(ping, {})));
    co_return Nothing{};
}

TEST_CASE("branches of all that are no coroutines of the author's show the line that made them") {
    Script script{waits_for_all_kinds};
    script.feed();
    std::vector<std::string> seen;
    for (const replay::StackFrame& frame : script.execution().stack()) {
        CHECK(frame.coroutine.ends_with("waits_for_all_kinds"));
        seen.push_back(std::to_string(frame.line - line_of_branches) + ' ' + frame.waits_for);
    }
    std::ranges::sort(seen);
    std::string joined;
    for (const std::string& line : seen) joined += line + '\n';
    CHECK(joined ==
          "0 activity work (event 2)\n"
          "1 timer due 2026-01-15T01:00:00Z (event 3)\n"
          "2 signal approve\n"
          "3 condition, at most until timer (event 4)\n"
          "4 activity ping (event 5)\n");
    CHECK(script.execution().waits_for().ends_with(", and 4 more"));
}

}  // namespace
}  // namespace durable::test
