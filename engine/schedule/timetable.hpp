#pragma once
// A spec, checked and compiled: which instants it names, when each is due, what its run is called. Pure
// computation on what it is given. Immutable; thread-safe to read.

#include <chrono>
#include <optional>
#include <variant>
#include <vector>

#include "engine/schedule/cron.hpp"
#include "engine/schedule/spec.hpp"
#include "engine/schedule/time_zone.hpp"

namespace durable::schedule {

class Timetable {
  public:
    /// Throws ScheduleError that names the schedule, the member and what is expected.
    explicit Timetable(ScheduleSpec spec);

    /// The first nominal time after `time`; none when the schedule has come to its end.
    [[nodiscard]] std::optional<Timestamp> next_after(Timestamp time) const;
    /// The next `count` of them.
    [[nodiscard]] std::vector<Timestamp> upcoming(Timestamp after, std::size_t count) const;
    /// When a nominal time is to be acted upon: itself plus its jitter.
    [[nodiscard]] Timestamp due(Timestamp nominal) const;
    /// The workflow id of its run.
    [[nodiscard]] WorkflowId workflow_id(Timestamp nominal) const;
    /// The same for a run that somebody asked for: always with the whole time, so that it never meets a
    /// scheduled one.
    [[nodiscard]] WorkflowId triggered_workflow_id(Timestamp time) const;
    [[nodiscard]] const ScheduleSpec& spec() const { return spec_; }

  private:
    struct Interval {
        Duration every;
        Duration offset;
    };
    /// What is left out: readings of the wall clock, or whole dates.
    struct Readings {
        CronExpression cron;
        bool whole_minutes;  ///< it does not speak of seconds
    };
    using Exception = std::variant<Readings, std::chrono::local_days>;
    [[nodiscard]] std::variant<CronExpression, Interval> read_rule() const;
    [[nodiscard]] std::vector<CronExpression> read_more_rules() const;
    [[nodiscard]] std::vector<Exception> read_exceptions() const;
    /// The first time after `time` that a rule names, left out or not.
    [[nodiscard]] std::optional<Timestamp> next_named(Timestamp time) const;
    [[nodiscard]] bool left_out(Timestamp nominal) const;
    void check() const;
    void check_dates_are_names() const;
    [[nodiscard]] std::optional<Timestamp> next(const Interval& interval, Timestamp after) const;
    [[nodiscard]] std::optional<Timestamp> next(const CronExpression& cron, Timestamp after) const;
    /// The earliest one of the period that is not before `from`.
    [[nodiscard]] std::optional<Timestamp> in_period(const CronExpression& cron,
                                                     const TimeZone::Period& period, Timestamp from) const;
    [[nodiscard]] std::optional<Timestamp> from_gap(const CronExpression& cron,
                                                    const TimeZone::Period& period, Timestamp from) const;

    ScheduleSpec spec_;
    TimeZone zone_;
    std::variant<CronExpression, Interval> rule_;
    std::vector<CronExpression> more_rules_;
    std::vector<Exception> exceptions_;
};

}  // namespace durable::schedule
