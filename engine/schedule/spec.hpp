#pragma once
// What a schedule is, as plain data: declared in code, stored as JSON, compared when it is applied again.
// Pure; may be included by workflow code.
//
//   ScheduleSpec{.id = "usage-aggregation",
//                .cron = "0 2 * * *",
//                .id_format = RunIdFormat::date,
//                .workflow = scheduled(usage_aggregation, {.page_size = 500})}
//
// A *nominal time* is an instant that the spec names. Each one starts one run, ever: the run's workflow id is
// made of the prefix and the nominal time, and code reads the nominal time as wf.info().scheduled_for.

#include <boost/describe.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "engine/workflow/codec.hpp"
#include "engine/workflow/start_terms_codec.hpp"
#include "engine/workflow/workflow_type.hpp"

namespace durable {

/// What to do with a nominal time while the run of an earlier one still goes on. Decided when it is acted
/// upon, so a changed policy also holds for what waits already. With nothing running the first one starts,
/// whatever the policy.
enum class OverlapPolicy : std::uint8_t {
    skip,             ///< leave it out, and count it
    buffer_one,       ///< keep the first that comes, leave out the rest
    buffer_all,       ///< keep all (1,000 at most), run them one after the other
    cancel_other,     ///< ask the running one to stop; start when it has ended. The newest that waits wins
    terminate_other,  ///< end the running one at once, and start
    allow_all,        ///< start; such runs do not stand in anybody's way
};
BOOST_DESCRIBE_ENUM(OverlapPolicy, skip, buffer_one, buffer_all, cancel_other, terminate_other, allow_all)

/// What happens to wall-clock times that the change to or from summer time makes impossible or ambiguous.
/// Intervals count elapsed time and know no zone.
///
///            | a time that does not exist (spring)      | a time that exists twice (autumn)
///   shift    | moved later by the length of the gap     | the first; both if the hour field is `*`
///   skip     | left out                                 | the first; both if the hour field is `*`
///   first    | at the first instant after the gap, once | the first, always
///   both     | moved later by the length of the gap     | both, always
///
/// (`*`: a schedule of every hour has no hole of an hour in it.)
enum class DstPolicy : std::uint8_t { shift, skip, first, both };
BOOST_DESCRIBE_ENUM(DstPolicy, shift, skip, first, both)

enum class RunIdFormat : std::uint8_t {
    time,  ///< "<prefix>-2026-11-21T02:00:00Z"
    date,  ///< "<prefix>-2026-11-21", the date in the schedule's zone; for schedules of at most one run a day
};
BOOST_DESCRIBE_ENUM(RunIdFormat, time, date)

/// What each nominal time starts.
struct ScheduledWorkflow {
    static constexpr bool defaults_allowed = true;
    std::string type;
    Payload input{};
    Tenant tenant{};
    std::string queue = "default";
    std::string name_space = "default";
    std::optional<Duration> run_timeout{};
    std::optional<Duration>
        execution_timeout{};  ///< of the whole chain: retries and continue-as-new included
    /// A run that has failed, or run out of its run_timeout, is tried again from the start. None: once.
    std::optional<RetryPolicy> retry{};
    /// Beside ScheduleId and ScheduledFor, which every run has. One whose key has got another type since is
    /// left out.
    std::vector<SearchAttribute> attributes{};
    QueueShare share{};               ///< priority, fairness key and weight in the queue
    std::optional<RunLimit> limit{};  ///< how many runs with its key are under way at once
    /// The person whose data the runs hold, as in StartOptions::subject. Only a keyed hash is stored:
    /// `subject`, which is what a schedule that is looked at shows, and no declaration gives.
    std::string person{};
    std::string subject{};
    bool operator==(const ScheduledWorkflow&) const = default;
};
BOOST_DESCRIBE_STRUCT(ScheduledWorkflow, (),
                      (type, input, tenant, queue, name_space, run_timeout, execution_timeout, retry,
                       attributes, share, limit, subject))

/// A typed workflow and its input, to be put into a spec.
template <class Input, class Output>
[[nodiscard]] ScheduledWorkflow scheduled(const WorkflowType<Input, Output>& type,
                                          const std::type_identity_t<Input>& input) {
    return {.type = std::string{type.name}, .input = encode(input)};
}

/// Checked by Timetable's constructor, which says what is wrong.
struct ScheduleSpec {
    static constexpr bool defaults_allowed = true;
    std::string id;
    /// Either: a cron expression (cron.hpp) in `time_zone`...
    std::string cron{};
    /// (and the times of these as well: a calendar is a cron expression for each kind of its days)
    std::vector<std::string> also{};
    /// ...or: every so much time, counted from 1970 plus `offset`.
    std::optional<Duration> every{};
    Duration offset{0};
    /// What is left out of all that: cron expressions ("* * * * 6,7": weekends) or dates ("2026-12-25"), on
    /// the wall clock of the zone.
    std::vector<std::string> except{};
    std::string time_zone = "UTC";  ///< IANA name
    DstPolicy dst = DstPolicy::shift;
    std::optional<Timestamp> start{};  ///< no nominal time before
    std::optional<Timestamp> end{};    ///< no nominal time at or after
    /// Runs start later than their nominal time by up to this much: always the same delay for the same
    /// schedule and nominal time.
    Duration jitter{0};
    OverlapPolicy overlap = OverlapPolicy::skip;
    /// A nominal time that nobody could act upon for longer than this is missed: counted, not run.
    Duration catch_up = std::chrono::hours{1};
    /// Pauses the schedule when one of its runs fails or times out (not: is cancelled or terminated).
    bool pause_on_failure = false;
    /// After so many runs (triggers and backfills not counted) the schedule is at its end.
    std::optional<std::int64_t> limited_actions{};
    std::string id_prefix{};  ///< of the workflow ids; empty: the schedule's id
    RunIdFormat id_format = RunIdFormat::time;
    ScheduledWorkflow workflow{};
    bool operator==(const ScheduleSpec&) const = default;
};
BOOST_DESCRIBE_STRUCT(ScheduleSpec, (),
                      (id, cron, also, every, offset, except, time_zone, dst, start, end, jitter, overlap,
                       catch_up, pause_on_failure, limited_actions, id_prefix, id_format, workflow))

}  // namespace durable
