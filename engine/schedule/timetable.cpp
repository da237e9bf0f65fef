#include "engine/schedule/timetable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace durable::schedule {
namespace {

using std::chrono::local_seconds;
using std::chrono::seconds;

/// A change of the clock lies in every search that goes further; what nothing matches so long does not come.
constexpr Duration horizon = std::chrono::years{10};
constexpr Duration jitter_max = std::chrono::hours{24};
constexpr Duration every_min = std::chrono::seconds{1};
constexpr std::size_t id_bytes_max = 200;

[[noreturn]] void fail(const ScheduleSpec& spec, const std::string& what) {
    throw ScheduleError(fmt::format("schedule \"{}\": {}", spec.id, what));
}

TimeZone find_zone(const ScheduleSpec& spec) try {
    return TimeZone::find(spec.time_zone);
} catch (const ScheduleError& error) {
    fail(spec, error.what());
}

CronExpression parse_cron(const ScheduleSpec& spec) try {
    return CronExpression::parse(spec.cron);
} catch (const ScheduleError& error) {
    fail(spec, error.what());
}

local_seconds wall_clock(Timestamp time, seconds offset) {
    return local_seconds{std::chrono::ceil<seconds>(time + offset).time_since_epoch()};
}

Timestamp instant(local_seconds reading, seconds offset) {
    return Timestamp{reading.time_since_epoch() - offset};
}

/// FNV-1a: the same on every machine and in every build, and no more is asked of it.
std::uint64_t digest(std::string_view text, std::uint64_t number) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto take = [&hash](unsigned char byte) { hash = (hash ^ byte) * 0x100000001b3U; };
    for (const char c : text) take(static_cast<unsigned char>(c));
    for (unsigned shift = 0; shift < 64; shift += 8) take(static_cast<unsigned char>(number >> shift));
    // Its last bytes reach only the low bits: fold the high ones in.
    return hash ^ (hash >> 32U);
}

}  // namespace

Timetable::Timetable(ScheduleSpec spec)
    : spec_(std::move(spec)), zone_(find_zone(spec_)), rule_(read_rule()) {
    check();
}

std::variant<CronExpression, Timetable::Interval> Timetable::read_rule() const {
    if (spec_.cron.empty() == !spec_.every) fail(spec_, "it needs either a cron expression or an interval");
    if (!spec_.every) return parse_cron(spec_);
    if (*spec_.every < every_min) fail(spec_, "the interval is shorter than a second");
    if (spec_.offset < Duration{0} || spec_.offset >= *spec_.every) {
        fail(spec_, "the offset is not from 0 to less than the interval");
    }
    return Interval{*spec_.every, spec_.offset};
}

void Timetable::check() const {
    if (spec_.id.empty() || spec_.id.size() > id_bytes_max) fail(spec_, "the id has not 1 to 200 bytes");
    if (spec_.id_prefix.size() > id_bytes_max) fail(spec_, "the id prefix has more than 200 bytes");
    if (spec_.workflow.type.empty()) fail(spec_, "it names no workflow type");
    if (spec_.start && spec_.end && *spec_.start >= *spec_.end) fail(spec_, "it ends before it starts");
    if (spec_.jitter < Duration{0} || spec_.jitter > jitter_max)
        fail(spec_, "the jitter is not from 0 to 24 h");
    if (spec_.catch_up < Duration{0}) fail(spec_, "the catch-up window is negative");
    if (spec_.limited_actions && *spec_.limited_actions < 1) fail(spec_, "the limit of actions is below 1");
    if (spec_.id_format == RunIdFormat::date) check_dates_are_names();
}

/// Two nominal times of one date would be one run.
void Timetable::check_dates_are_names() const {
    const auto* interval = std::get_if<Interval>(&rule_);
    const bool daily = interval != nullptr ? interval->every >= std::chrono::hours{24}
                                           : std::get<CronExpression>(rule_).at_most_daily();
    if (!daily || spec_.dst == DstPolicy::both) {
        fail(spec_, "run ids with a date only need a schedule of at most one run a day");
    }
}

std::optional<Timestamp> Timetable::next_after(Timestamp time) const {
    if (spec_.start) time = std::max(time, *spec_.start - Duration{1});
    const auto found = std::visit([&](const auto& rule) { return next(rule, time); }, rule_);
    const bool over = found && spec_.end && *found >= *spec_.end;
    return over ? std::nullopt : found;
}

std::vector<Timestamp> Timetable::upcoming(Timestamp after, std::size_t count) const {
    std::vector<Timestamp> times;
    while (times.size() < count) {
        const auto next_one = next_after(times.empty() ? after : times.back());
        if (!next_one) break;
        times.push_back(*next_one);
    }
    return times;
}

std::optional<Timestamp> Timetable::next(const Interval& interval, Timestamp after) const {
    const Duration since = after.time_since_epoch() - interval.offset;
    Duration::rep periods = since / interval.every;
    if (since < Duration{0} && since % interval.every != Duration{0}) --periods;
    return Timestamp{interval.offset + (periods + 1) * interval.every};
}

std::optional<Timestamp> Timetable::next(const CronExpression& cron, Timestamp after) const {
    Timestamp from = std::chrono::floor<seconds>(after) + seconds{1};
    const Timestamp end = from + horizon;
    while (from < end) {
        const TimeZone::Period period = zone_.period_at(from);
        if (const auto found = in_period(cron, period, from)) return found;
        from = period.end;
    }
    return std::nullopt;
}

std::optional<Timestamp> Timetable::in_period(const CronExpression& cron, const TimeZone::Period& period,
                                              Timestamp from) const {
    local_seconds reading = wall_clock(from, period.offset);
    const bool goes_by_minutes = cron.every_hour() && spec_.dst != DstPolicy::first;
    if (spec_.dst != DstPolicy::both && !goes_by_minutes) {
        // The clock was put back: up to here every reading has been shown before.
        const local_seconds new_again = wall_clock(period.begin, period.offset_before);
        if (period.offset < period.offset_before) reading = std::max(reading, new_again);
    }
    const auto found = cron.next(reading);
    std::optional<Timestamp> best;
    if (found && instant(*found, period.offset) < period.end) best = instant(*found, period.offset);
    const auto moved = from_gap(cron, period, from);
    if (!best || !moved) return best ? best : moved;
    return std::min(*best, *moved);
}

std::optional<Timestamp> Timetable::from_gap(const CronExpression& cron, const TimeZone::Period& period,
                                             Timestamp from) const {
    if (period.offset <= period.offset_before || spec_.dst == DstPolicy::skip) return std::nullopt;
    const local_seconds gap_end = wall_clock(period.begin, period.offset);
    if (spec_.dst == DstPolicy::first) {
        const auto missing = cron.next(wall_clock(period.begin, period.offset_before));
        const bool now = from <= period.begin && missing && *missing < gap_end;
        return now ? std::optional{period.begin} : std::nullopt;
    }
    const auto missing = cron.next(wall_clock(from, period.offset_before));
    if (!missing || *missing >= gap_end) return std::nullopt;
    return instant(*missing, period.offset_before);
}

Timestamp Timetable::due(Timestamp nominal) const {
    if (spec_.jitter == Duration{0}) return nominal;
    const auto hash = digest(spec_.id, static_cast<std::uint64_t>(nominal.time_since_epoch().count()));
    const auto spread = static_cast<std::uint64_t>(spec_.jitter.count()) + 1;
    return nominal + Duration{static_cast<Duration::rep>(hash % spread)};
}

WorkflowId Timetable::workflow_id(Timestamp nominal) const {
    if (spec_.id_format == RunIdFormat::time) return triggered_workflow_id(nominal);
    local_seconds reading = zone_.local(nominal);
    const auto* cron = std::get_if<CronExpression>(&rule_);
    // Moved out of a gap, perhaps over midnight: it stands for the reading that was left out.
    const bool moved = cron != nullptr && cron->next(reading) != reading;
    if (moved) reading = wall_clock(nominal, zone_.period_at(nominal).offset_before);
    const Timestamp on_the_wall{reading.time_since_epoch()};
    const std::string& prefix = spec_.id_prefix.empty() ? spec_.id : spec_.id_prefix;
    return WorkflowId{prefix + "-" + to_string(on_the_wall).substr(0, std::string_view{"2026-11-21"}.size())};
}

WorkflowId Timetable::triggered_workflow_id(Timestamp time) const {
    return WorkflowId{(spec_.id_prefix.empty() ? spec_.id : spec_.id_prefix) + "-" + to_string(time)};
}

}  // namespace durable::schedule
