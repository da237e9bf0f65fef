#include "engine/store/claim_turns.hpp"

#include <algorithm>
#include <iterator>
#include <limits>
#include <queue>
#include <tuple>
#include <utility>

namespace durable::store {
namespace {

constexpr std::chrono::seconds full_pass_every{5};
/// Looking at the lines may cost a connection this part of its time.
constexpr int look_share = 20;
/// Turns in one claim: the rest are for the next.
constexpr std::size_t turns_max = 600;
constexpr std::int32_t priorities = 5;

/// What a look costs: by what it has passed, and by the clock as far as that is believable, for a machine
/// with too much to do makes everything slow.
std::chrono::microseconds cost_of(const LinesSeen& seen) {
    constexpr std::chrono::microseconds a_look{100};
    constexpr std::chrono::microseconds a_line{8};
    constexpr int believable = 4;
    const auto expected = a_look + a_line * seen.passed;
    return std::clamp(seen.took, expected, expected * believable);
}

}  // namespace

Timestamp ClaimFloor::next(Clock::time_point now) {
    if (now - full_pass_ >= full_pass_every) {
        full_pass_ = now;
        floor_ = Timestamp{};
    }
    return floor_;
}

void ClaimFloor::taken_until(Timestamp oldest_left) {
    floor_ = std::max(floor_, oldest_left - margin_);
}

bool ClaimTurns::look_due(Clock::time_point now) const {
    return behind_ && now >= next_look_;
}

void ClaimTurns::looked(const LinesSeen& seen, Clock::time_point now) {
    for (const RipeLine& found : seen.ripe) {
        Line& line = lines_[found.name];
        line.weight = found.weight;
        if (!std::exchange(line.ripe, true)) line.pass = std::max(line.pass, begin_at_[found.name.priority]);
    }
    look_after_ = seen.page_was_full ? seen.last : LineName{0, ""};
    next_look_ = now + (seen.page_was_full ? std::chrono::microseconds{0} : cost_of(seen) * look_share);
}

std::vector<LineTurn> ClaimTurns::plan(std::int32_t limit, Clock::time_point now) {
    std::vector<LineTurn> turns;
    for (auto first = lines_.begin(); first != lines_.end() && turns.size() < turns_max;) {
        const auto last = lines_.lower_bound(LineName{first->first.priority + 1, ""});
        take_turns(first, last, limit, now, turns);
        first = last;
    }
    return turns;
}

/// The lines of one priority: first everybody's share, then what others leave.
void ClaimTurns::take_turns(Lines::iterator first, Lines::iterator last, std::int32_t limit,
                            Clock::time_point now, std::vector<LineTurn>& turns) {
    using Next = std::pair<double, Lines::iterator>;
    const auto later = [](const Next& a, const Next& b) {
        return std::tie(a.first, a.second->first) > std::tie(b.first, b.second->first);
    };
    std::priority_queue<Next, std::vector<Next>, decltype(later)> in_line{later};
    for (auto line = first; line != last; ++line) {
        if (line->second.ripe) in_line.emplace(line->second.pass, line);
    }
    std::vector<LineTurn> shares;
    std::map<LineName, std::size_t> places;
    for (std::int32_t i = 0; i < limit && !in_line.empty(); ++i) {
        const auto [pass, line] = in_line.top();
        in_line.pop();
        in_line.emplace(pass + 1 / line->second.weight, line);
        const auto [place, fresh] = places.emplace(line->first, shares.size());
        if (fresh) shares.push_back({line->first, line->second.floor.next(now), 0, 0});
        ++shares[place->second].taken;
    }
    const std::size_t count = shares.size();
    for (std::size_t i = 0; i < count; ++i) {
        if (shares[i].taken == limit) continue;
        shares.push_back({shares[i].line, shares[i].bound, shares[i].taken, limit - shares[i].taken});
    }
    const std::size_t room = turns_max - turns.size();
    if (shares.size() > room) shares.resize(room);
    std::ranges::move(shares, std::back_inserter(turns));
}

void ClaimTurns::took_by_age(bool full) {
    behind_ = full;
    if (behind_) return;
    for (auto& [name, line] : lines_) line.ripe = false;
    forget_idle();
}

void ClaimTurns::took(std::span<const LineTurn> turns, std::span<const TakenRun> runs, bool full,
                      Timestamp now) {
    std::map<LineName, Given> given;
    for (const TakenRun& run : runs) {
        Given& from = given[run.line];
        ++from.count;
        from.last_due = std::max(from.last_due, run.due);
    }
    // A full claim has cut the last turn that gave something short, and asked none behind it.
    std::size_t last = turns.size();
    while (full && last > 0 && given[turns[last - 1].line].count <= turns[last - 1].passed_over) --last;
    for (std::size_t i = 0; i < last; ++i) {
        const bool cut_short = full && i + 1 == last;
        note_turn(turns[i], given[turns[i].line], cut_short, now);
    }
    for (const auto& [name, from] : given) lines_[name].pass += from.count / lines_[name].weight;
    for (std::int32_t priority = 1; priority <= priorities; ++priority) move_on(priority);
    const bool any = std::ranges::any_of(lines_, [](const auto& entry) { return entry.second.ripe; });
    // A claim that was not full has emptied its lines, but there may be others: age finds them, or nothing.
    behind_ = full || any;
    forget_idle();
}

void ClaimTurns::note_turn(const LineTurn& turn, const Given& from, bool cut_short, Timestamp now) {
    Line& line = lines_[turn.line];
    if (!cut_short && from.count < turn.passed_over + turn.taken) {
        line.ripe = false;
        line.floor.taken_until(now);
    } else if (from.count > 0) {
        line.floor.taken_until(from.last_due);
    }
}

void ClaimTurns::move_on(std::int32_t priority) {
    double smallest = std::numeric_limits<double>::infinity();
    double largest = begin_at_[priority];
    for (auto line = lines_.lower_bound({priority, ""});
         line != lines_.end() && line->first.priority == priority; ++line) {
        if (line->second.ripe) smallest = std::min(smallest, line->second.pass);
        largest = std::max(largest, line->second.pass);
    }
    begin_at_[priority] = std::max(begin_at_[priority], std::min(smallest, largest));
}

/// Lines without a debt: should they come back, they begin like new ones.
void ClaimTurns::forget_idle() {
    std::erase_if(lines_, [this](const auto& entry) {
        return !entry.second.ripe && entry.second.pass <= begin_at_[entry.first.priority];
    });
}

}  // namespace durable::store
