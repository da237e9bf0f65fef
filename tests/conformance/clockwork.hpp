#pragma once
// A world with one schedule, "test", on a calendar of the test's own. Its runs tell the nominal time that
// they were given; those of `shift` go on until the test ends them.

#include "engine/client/schedules.hpp"
#include "engine/schedule/timetable.hpp"
#include "tests/conformance/support.hpp"

namespace conformance {

using namespace durable;
using namespace std::chrono_literals;
using Times = std::vector<std::string>;

/// Gives its nominal time.
inline constexpr WorkflowType<Nothing, std::string> tick{"tick"};
/// Waits for `leave`, and gives what that says; "fail" makes it fail.
inline constexpr WorkflowType<Nothing, std::string> shift{"shift"};
inline constexpr Signal<std::string> leave{"leave"};

/// "2026-11-21T04:31:05Z".
[[nodiscard]] Timestamp moment(const std::string& text);
[[nodiscard]] ScheduleSpec spec_of(const std::string& cron,
                                   const WorkflowType<Nothing, std::string>& type = tick);

class Clockwork {
  public:
    /// It is 00:30 of Saturday, the 21st of November 2026.
    Clockwork();
    /// Ends with a look at all invariants.
    ~Clockwork();
    Clockwork(const Clockwork&) = delete;
    Clockwork& operator=(const Clockwork&) = delete;

    /// Sets the clock, while there is no worker: nobody acts on what lies between.
    void set_clock(const std::string& time);
    /// Lives on until then.
    void live_until(const std::string& time);
    /// Nominal times of all runs, in order, as their histories tell.
    [[nodiscard]] Times nominal_times();
    [[nodiscard]] Times open_runs();
    [[nodiscard]] client::ScheduleInfo schedule() { return schedules.describe("test"); }
    /// The run for a nominal time ends with this word.
    client::RunResult end(const std::string& nominal, const std::string& word = "done");

    testing::TestEnvironment env;
    client::ScheduleClient schedules;
};

}  // namespace conformance
