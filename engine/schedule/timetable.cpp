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
constexpr std::size_t rules_max = 100;
/// So many times in a row may be left out: a day of a schedule of every second, and more. Who leaves out more than that
/// means that it is over.
constexpr int left_out_max = 200'000;

/// "2026-12-25"; none: something else.
std::optional<std::chrono::local_days> date_of(const std::string& text) {
    const auto number = [&](std::size_t at, std::size_t length) {
        int value = 0;
        for (std::size_t i = at; i < at + length; ++i) {
            if (text[i] < '0' || text[i] > '9') return -1;
            value = value * 10 + (text[i] - '0');
        }
        return value;
    };
    if (text.size() != std::string_view{"2026-12-25"}.size() || text[4] != '-' || text[7] != '-')
        return std::nullopt;
    const int year = number(0, 4);
    const int month = number(5, 2);
    const int day = number(8, 2);
    if (year < 0 || month < 0 || day < 0) return std::nullopt;
    const std::chrono::year_month_day date{std::chrono::year{year},
                                           std::chrono::month{static_cast<unsigned>(month)},
                                           std::chrono::day{static_cast<unsigned>(day)}};
    if (!date.ok()) return std::nullopt;
    return std::chrono::local_days{date};
}

/// Six fields instead of five.
bool speaks_of_seconds(std::string_view cron) {
    int words = 0;
    bool inside = false;
    for (const char c : cron) {
        const bool space = c == ' ' || c == '\t';
        if (!space && !inside) ++words;
        inside = !space;
    }
    return words == 6;
}

[[noreturn]] void fail(const ScheduleSpec& spec, const std::string& what) {
    throw ScheduleError(fmt::format("schedule \"{}\": {}", spec.id, what));
}

TimeZone find_zone(const ScheduleSpec& spec) try {
    return TimeZone::find(spec.time_zone);
} catch (const ScheduleError& error) {
    fail(spec, error.what());
}

CronExpression parse_cron(const ScheduleSpec& spec, const std::string& text) try {
    return CronExpression::parse(text);
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
    : spec_(std::move(spec)),
      zone_(find_zone(spec_)),
      rule_(read_rule()),
      more_rules_(read_more_rules()),
      exceptions_(read_exceptions()) {
    check();
}

std::variant<CronExpression, Timetable::Interval> Timetable::read_rule() const {
    if (spec_.cron.empty() == !spec_.every) fail(spec_, "it needs either a cron expression or an interval");
    if (!spec_.every) return parse_cron(spec_, spec_.cron);
    if (*spec_.every < every_min) fail(spec_, "the interval is shorter than a second");
    if (spec_.offset < Duration{0} || spec_.offset >= *spec_.every) {
        fail(spec_, "the offset is not from 0 to less than the interval");
    }
    return Interval{*spec_.every, spec_.offset};
}

std::vector<CronExpression> Timetable::read_more_rules() const {
    if (!spec_.also.empty() && spec_.every)
        fail(spec_, "an interval goes alone: write it as a cron expression");
    if (spec_.also.size() + spec_.except.size() > rules_max) fail(spec_, "it has more than 100 rules");
    std::vector<CronExpression> rules;
    for (const std::string& text : spec_.also) rules.push_back(parse_cron(spec_, text));
    return rules;
}

std::vector<Timetable::Exception> Timetable::read_exceptions() const {
    std::vector<Exception> exceptions;
    for (const std::string& text : spec_.except) {
        if (const auto date = date_of(text)) {
            exceptions.emplace_back(*date);
        } else {
            exceptions.emplace_back(Readings{parse_cron(spec_, text), !speaks_of_seconds(text)});
        }
    }
    return exceptions;
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
    if (!daily || spec_.dst == DstPolicy::both || !spec_.also.empty()) {
        fail(spec_, "run ids with a date only need a schedule of at most one run a day");
    }
}

std::optional<Timestamp> Timetable::next_after(Timestamp time) const {
    if (spec_.start) time = std::max(time, *spec_.start - Duration{1});
    auto found = next_named(time);
    for (int passed = 0; found && left_out(*found); ++passed) {
        if (passed == left_out_max || (spec_.end && *found >= *spec_.end)) return std::nullopt;
        found = next_named(*found);
    }
    const bool over = found && spec_.end && *found >= *spec_.end;
    return over ? std::nullopt : found;
}

std::optional<Timestamp> Timetable::next_named(Timestamp time) const {
    auto first = std::visit([&](const auto& rule) { return next(rule, time); }, rule_);
    for (const CronExpression& rule : more_rules_) {
        const auto found = next(rule, time);
        if (found && (!first || *found < *first)) first = found;
    }
    return first;
}

bool Timetable::left_out(Timestamp nominal) const {
    if (exceptions_.empty()) return false;
    const local_seconds reading = zone_.local(nominal);
    return std::ranges::any_of(exceptions_, [&](const Exception& each) {
        if (const auto* date = std::get_if<std::chrono::local_days>(&each)) {
            return std::chrono::floor<std::chrono::days>(reading) == *date;
        }
        const Readings& readings = std::get<Readings>(each);
        const auto named = readings.whole_minutes
                               ? local_seconds{std::chrono::floor<std::chrono::minutes>(reading)}
                               : reading;
        return readings.cron.next(named) == named;
    });
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
