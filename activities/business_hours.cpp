#include "activities/business_hours.hpp"

#include <algorithm>

namespace callflex {

namespace {

using durable::Timestamp;
using std::chrono::days;
using std::chrono::minutes;
using std::chrono::sys_days;

/// Beyond this nobody plans, and a business that never opens is noticed.
constexpr days horizon{400};

sys_days local_day(Timestamp at, const TimeZone& zone) {
    return sys_days{zone.local(at).date};
}

/// Spans that touch or overlap (a night that runs into the morning's hours) are one.
void merge(std::vector<OpenSpan>& spans) {
    std::ranges::sort(spans, {}, &OpenSpan::from);
    std::vector<OpenSpan> out;
    for (const OpenSpan& span : spans) {
        if (span.from >= span.until) continue;  // hours that the clock skips
        if (!out.empty() && span.from <= out.back().until) {
            out.back().until = std::max(out.back().until, span.until);
        } else {
            out.push_back(span);
        }
    }
    spans = std::move(out);
}

/// Of two times the one closer to `wanted`; the later one when they are equally close.
std::optional<Timestamp> closer(std::optional<Timestamp> before, std::optional<Timestamp> after,
                                Timestamp wanted) {
    if (!before || !after) return before ? before : after;
    return wanted - *before < *after - wanted ? before : after;
}

}  // namespace

BusinessHours BusinessHours::nine_to_five() {
    BusinessHours hours;
    for (unsigned day = 1; day <= 5; ++day) {
        hours.set_weekly(std::chrono::weekday{day}, {{std::chrono::hours{9}, std::chrono::hours{17}}});
    }
    return hours;
}

void BusinessHours::set_weekly(std::chrono::weekday day, OpenDay hours) {
    weekly_.at(day.c_encoding()) = std::move(hours);
}

void BusinessHours::set_date(std::chrono::year_month_day date, OpenDay hours) {
    dates_.insert_or_assign(date, std::move(hours));
}

const OpenDay& BusinessHours::on(std::chrono::year_month_day date) const {
    const auto special = dates_.find(date);
    return special == dates_.end() ? weekly(std::chrono::weekday{sys_days{date}}) : special->second;
}

const OpenDay& BusinessHours::weekly(std::chrono::weekday day) const {
    return weekly_.at(day.c_encoding());
}

std::vector<OpenSpan> BusinessHours::spans_around(sys_days day, const TimeZone& zone) const {
    std::vector<OpenSpan> spans;
    // From yesterday's, which may still run, to tomorrow's, which a span at midnight continues with.
    for (int offset = -1; offset <= 1; ++offset) {
        const std::chrono::year_month_day date{day + days{offset}};
        for (const OpenInterval& hours : on(date)) {
            spans.push_back({zone.instant({date, hours.opens}), zone.instant({date, hours.closes})});
        }
    }
    merge(spans);
    return spans;
}

bool BusinessHours::open_at(Timestamp at, const TimeZone& zone) const {
    return std::ranges::any_of(spans_around(local_day(at, zone), zone),
                               [at](const OpenSpan& span) { return span.from <= at && at < span.until; });
}

std::optional<OpenSpan> BusinessHours::next_open(Timestamp at, const TimeZone& zone) const {
    const sys_days today = local_day(at, zone);
    for (days ahead{0}; ahead <= horizon; ++ahead) {
        for (const OpenSpan& span : spans_around(today + ahead, zone)) {
            if (span.until > at) return OpenSpan{std::max(span.from, at), span.until};
        }
    }
    return std::nullopt;
}

std::optional<Timestamp> BusinessHours::nearest_slot(Timestamp wanted, Timestamp earliest, minutes length,
                                                     const TimeZone& zone) const {
    wanted = std::max(wanted, earliest);
    const sys_days day = local_day(wanted, zone);
    std::optional<Timestamp> before;
    std::optional<Timestamp> after;
    // A day that is looked at shows the days beside it as well, so what is found first is at most two days
    // farther away than the best.
    days until = horizon;
    for (days away{0}; away <= until; ++away) {
        for (const sys_days looked : {day - away, day + away}) {
            for (const OpenSpan& span : spans_around(looked, zone)) {
                const Timestamp first = std::max(span.from, earliest);
                const Timestamp last = span.until - length;
                if (first > last) continue;
                const Timestamp best = std::clamp(wanted, first, last);
                if (best < wanted) before = before ? std::max(*before, best) : best;
                if (best >= wanted) after = after ? std::min(*after, best) : best;
            }
        }
        if ((before || after) && until == horizon) until = away + days{2};
    }
    return closer(before, after, wanted);
}

std::optional<Timestamp> BusinessHours::next_business_morning(Timestamp at, const TimeZone& zone) const {
    const sys_days today = local_day(at, zone);
    for (days ahead{1}; ahead <= horizon; ++ahead) {
        const std::chrono::year_month_day date{today + ahead};
        if (!on(date).empty()) return zone.instant({date, on(date).front().opens});
    }
    return std::nullopt;
}

}  // namespace callflex
