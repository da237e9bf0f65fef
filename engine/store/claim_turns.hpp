#pragma once
// Whose turn it is when more runs are due than a claim takes. While a claim takes everything that is due, age
// alone decides, and none of this costs anything. Once a claim comes back full, its connection asks which
// *lines* there are (a line: what waits in a queue with one priority for one fairness key) and takes from
// them by turns:
//
//   - lines of priority 1 first, those of priority 2 when they are empty, and so on;
//   - among lines of one priority by start-time fair queuing: each run that a line gives moves its pass on by
//     1 / weight, the smallest pass is next; a line that appears begins where the others are, so waiting
//     saves up nothing.
//
// Nothing of it is stored, and workers do not agree on it: each is fair by itself, so all are. No I/O; one
// owner.

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "engine/workflow/time.hpp"

namespace durable::store {

/// Below this moment a full pass has found nothing, so dead index entries there need not be waded through.
/// Claims look back a little further than the oldest run they have left (starts become visible when their
/// transactions commit, but carry the time at which these began), and now and then at everything, for
/// transactions that took longer.
class ClaimFloor {
  public:
    using Clock = std::chrono::steady_clock;

    explicit ClaimFloor(std::chrono::seconds margin = std::chrono::seconds{2}) : margin_(margin) {}
    /// The bound for the next claim.
    [[nodiscard]] Timestamp next(Clock::time_point now);
    /// Everything due before `oldest_left` has been taken.
    void taken_until(Timestamp oldest_left);

  private:
    std::chrono::seconds margin_;
    Timestamp floor_{};
    Clock::time_point full_pass_{};
};

struct LineName {
    std::int32_t priority = 3;
    std::string key;
    auto operator<=>(const LineName&) const = default;
};

/// A line in which something is due.
struct RipeLine {
    LineName name;
    double weight = 1;
};

/// What a look at the lines has found: one page of them.
struct LinesSeen {
    std::vector<RipeLine> ripe;
    LineName last;  ///< passed, ripe or not
    bool page_was_full = false;
    std::int64_t passed = 0;  ///< lines, ripe or not
    std::chrono::microseconds took{0};
};

/// One line's part in a claim.
struct LineTurn {
    LineName line;
    Timestamp bound;
    std::int32_t passed_over = 0;  ///< of its first runs, which an earlier turn of the same claim takes
    std::int32_t taken = 0;        ///< at most
};

/// A run that a claim took from a line.
struct TakenRun {
    LineName line;
    Timestamp due;
};

class ClaimTurns {
  public:
    using Clock = std::chrono::steady_clock;

    /// Time to look at the lines again: never while claims take all there is, else in proportion to what
    /// looking costs.
    [[nodiscard]] bool look_due(Clock::time_point now) const;
    /// Where the next look begins: after this line.
    [[nodiscard]] const LineName& look_after() const { return look_after_; }
    void looked(const LinesSeen& seen, Clock::time_point now);

    /// The turns of a claim of `limit` runs, in the order in which they are to be asked; empty: age decides.
    [[nodiscard]] std::vector<LineTurn> plan(std::int32_t limit, Clock::time_point now);
    /// What a claim by age has taken.
    void took_by_age(bool full);
    /// What a claim by `turns` has taken, at database time `now`.
    void took(std::span<const LineTurn> turns, std::span<const TakenRun> runs, bool full, Timestamp now);

  private:
    struct Line {
        double weight = 1;
        double pass = 0;
        bool ripe = false;
        ClaimFloor floor{};
    };
    using Lines = std::map<LineName, Line>;

    /// What a claim has got from one line.
    struct Given {
        std::int32_t count = 0;
        Timestamp last_due{};
    };

    void note_turn(const LineTurn& turn, const Given& from, bool cut_short, Timestamp now);
    void take_turns(Lines::iterator first, Lines::iterator last, std::int32_t limit, Clock::time_point now,
                    std::vector<LineTurn>& turns);
    void move_on(std::int32_t priority);
    void forget_idle();

    Lines lines_;
    /// By priority: the smallest pass of those in line; where newcomers begin.
    std::map<std::int32_t, double> begin_at_;
    LineName look_after_{0, ""};
    Clock::time_point next_look_{};
    bool behind_ = false;
};

}  // namespace durable::store
