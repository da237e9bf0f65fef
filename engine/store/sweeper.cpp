#include "engine/store/sweeper.hpp"

#include "engine/store/activity_ends.hpp"
#include "engine/store/batches.hpp"
#include "engine/store/claims.hpp"
#include "engine/store/expired_activity.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

/// A session that was lost is not a dead process: it gets this long to take its lock again.
constexpr std::chrono::milliseconds lock_grace{500};
/// Rows a statement may touch; the rest is for the next sweep, or for another worker.
constexpr std::int32_t rows_max = 1000;
constexpr std::int32_t stuck_page = 5000;
constexpr std::int32_t line_page = 1000;
/// A whole walk through the waiting runs, or through the lines of limits, begins no more often than this.
constexpr std::chrono::seconds stuck_walk_every{30};
constexpr std::chrono::seconds standing_every{15};
/// Whatever the look says.
constexpr std::chrono::seconds full_sweep_every{15};

BinaryArray numbers(const std::vector<WorkerNo>& workers) {
    BinaryArray array{Of::int32};
    for (const WorkerNo worker : workers) array.add(worker.value);
    return array;
}

}  // namespace

Sweeper::Sweeper(Session& session, WorkerNo self, const WorkerRegistration& registration)
    : session_(session),
      self_(self),
      queue_(registration.queue),
      build_(registration.build),
      activities_(Of::text),
      next_full_sweep_(Clock::now() + full_sweep_every) {
    for (const std::string& type : registration.activities) activities_.add(std::string_view{type});
}

ControlConnection::Swept Sweeper::sweep() {
    ControlConnection::Swept swept;
    const Look found = look();
    swept.waiting = found.waiting;
    if (!found.dead) unlocked_since_.clear();
    const auto dead = found.dead ? dead_workers(swept.dead_workers) : std::vector<WorkerNo>{};
    swept.suspects = !unlocked_since_.empty() && dead.empty();
    if (!dead.empty()) {
        swept.runs_taken_over = take_over_runs(dead);
        // Their leases are over for longer than they trusted them: what they had sent has arrived.
        swept.activities_taken_over =
            session_.run(take_over_step(dead, rows_max, std::chrono::milliseconds{0})).size();
    }
    if (found.expired || swept.activities_taken_over > 0) swept.activities_timed_out = time_out_activities();
    swept.stuck_runs_woken = wake_stuck_runs();
    swept.stuck_lines_woken = wake_stuck_lines();
    if (found.freed) free_runs();
    retire_limits();
    tell_waiting_semaphores();
    swept.standing = standing();
    return swept;
}

std::vector<WorkerNo> Sweeper::dead_workers(int& newly_dead) {
    Step look{{"other_workers", sql::other_workers}, {}};
    look.params.add(self_.value);
    const Rows rows = session_.run(look);
    const auto now = Clock::now();
    std::vector<WorkerNo> dead;
    std::vector<WorkerNo> found;
    std::map<WorkerNo, Clock::time_point> unlocked;
    for (int i = 0; i < rows.size(); ++i) {
        const WorkerNo worker{rows.int32(i, 0)};
        const bool ended = rows.boolean(i, 1);
        const bool lease_over = rows.boolean(i, 2);
        const bool locked = rows.boolean(i, 3);
        const bool absence_means_death = rows.boolean(i, 4);
        if (!locked) {
            const auto known = unlocked_since_.find(worker);
            unlocked[worker] = known == unlocked_since_.end() ? now : known->second;
        }
        const bool lock_gone = !locked && absence_means_death && now - unlocked[worker] >= lock_grace;
        if (!ended && (lock_gone || lease_over)) found.push_back(worker);
        if (ended || lock_gone || lease_over) dead.push_back(worker);
    }
    unlocked_since_ = std::move(unlocked);
    if (!found.empty()) {
        Step end{{"end_workers", sql::end_workers}, {}};
        end.params.add(numbers(found));
        newly_dead = session_.run(end).size();
    }
    return dead;
}

int Sweeper::take_over_runs(const std::vector<WorkerNo>& dead) {
    Step step{{"take_over_runs", sql::take_over_runs}, {}};
    step.params.add(numbers(dead)).add(rows_max);
    return session_.run(step).size();
}

int Sweeper::time_out_activities() {
    Step look{{"expired_activities", sql::expired_activities}, {}};
    look.params.add(rows_max).add(std::int32_t{lost_attempts_max}).add(std::string_view{queue_});
    const Rows rows = session_.run(look);
    std::vector<FencedEnd> ends;
    std::vector<FencedRetry> retries;
    for (int i = 0; i < rows.size(); ++i) {
        const ExpiredActivity expired = expired_activity(rows, i);
        ExpiredDecision decision = decide_expired(expired);
        if (decision.failed) {
            ends.push_back({expired.row.run, expired.row.activity, expired.owner, expired.fence,
                            *decision.failed, true});
        } else {
            retries.push_back({expired.owner, expired.fence, std::move(*decision.again)});
        }
    }
    const std::size_t lost = end_rows(session_, ends).size() + retry_rows(session_, retries).size();
    return static_cast<int>(ends.size() + retries.size() - lost);
}

int Sweeper::wake_stuck_runs() {
    if (Clock::now() < next_stuck_walk_) return 0;
    Step step{{"wake_stuck_runs", sql::wake_stuck_runs}, {}};
    step.params.add(std::string_view{queue_}).add(stuck_after_).add(stuck_page);
    const Rows rows = session_.run(step);
    const bool page_was_full = rows.int64(0, 2) == stuck_page;
    stuck_after_ = page_was_full ? rows.uuid(0, 1) : Uuid{};
    if (!page_was_full) {
        next_stuck_walk_ = Clock::now() + stuck_walk_every;
        Step forget{{"forget_orders", sql::forget_orders}, {}};
        forget.params.add(rows_max);
        session_.run(forget);
    }
    return static_cast<int>(rows.int64(0, 0));
}

void Sweeper::retire_limits() {
    if (Clock::now() < next_limit_walk_) return;
    Step step{{"retire_limits", sql::retire_limits}, {}};
    step.params.add(std::string_view{limit_after_}).add(line_page);
    const Rows rows = session_.run(step);
    const bool page_was_full = rows.int64(0, 1) == line_page;
    limit_after_ = page_was_full ? rows.bytes(0, 2) : std::string{};
    if (!page_was_full) next_limit_walk_ = Clock::now() + stuck_walk_every;
}

void Sweeper::tell_waiting_semaphores() {
    if (Clock::now() < next_semaphore_look_) return;
    session_.run({{"tell_waiting_semaphores", sql::tell_waiting_semaphores}, {}});
    next_semaphore_look_ = Clock::now() + stuck_walk_every;
}

Sweeper::Look Sweeper::look() {
    Step step{{"what_waits", sql::what_waits}, {}};
    step.params.add(self_.value).add(std::string_view{queue_}).add(std::string_view{build_});
    step.params.add(floor_.next(Clock::now())).add(activities_).add(std::int32_t{lost_attempts_max});
    step.params.add(std::string_view{known_batch_verbs()});
    const Rows rows = session_.run(step);
    const Waiting found = waiting(rows);
    if (Clock::now() < next_full_sweep_) {
        return {found, rows.boolean(0, 9), rows.boolean(0, 10), rows.boolean(0, 11)};
    }
    next_full_sweep_ = Clock::now() + full_sweep_every;
    return {.waiting = found};
}

Waiting Sweeper::waiting(const Rows& rows) {
    const auto duration = [&rows](int column) -> std::optional<Duration> {
        if (rows.is_null(0, column)) return std::nullopt;
        return Duration{rows.int64(0, column)};
    };
    Waiting found{.now = rows.moment(0, 0), .queue_paused = rows.boolean(0, 1)};
    const bool elsewhere = rows.boolean(0, 2);
    const auto oldest_run = rows.moment_or_none(0, 3);
    found.runs = oldest_run.has_value();
    found.late = oldest_run && !elsewhere && *oldest_run <= found.now - late_after;
    // What a pause or another build has kept back has not been looked at.
    if (!found.queue_paused && !elsewhere) floor_.taken_until(oldest_run.value_or(found.now));
    found.errands = rows.boolean(0, 4);
    found.activities = rows.boolean(0, 5);
    found.line_in = duration(6);
    found.schedule_in = duration(7);
    found.batch_in = duration(8);
    return found;
}

std::optional<Standing> Sweeper::standing() {
    if (Clock::now() < next_standing_) return std::nullopt;
    next_standing_ = Clock::now() + standing_every;
    Step step{{"standing", sql::standing}, {}};
    step.params.add(std::string_view{queue_});
    const Rows rows = session_.run(step);
    return Standing{Duration{rows.int64(0, 0)}, Duration{rows.int64(0, 1)}, rows.int64(0, 2),
                    rows.int64(0, 3)};
}

/// Of builds that they belong to no longer.
void Sweeper::free_runs() {
    Step step{{"free_ramped_runs", sql::free_ramped_runs}, {}};
    step.params.add(rows_max);
    session_.run(step);
}

int Sweeper::wake_stuck_lines() {
    if (Clock::now() < next_line_walk_) return 0;
    Step step{{"wake_stuck_lines", sql::wake_stuck_lines}, {}};
    step.params.add(std::string_view{stuck_line_after_.key}).add(std::string_view{stuck_line_after_.queue});
    step.params.add(std::string_view{stuck_line_after_.type}).add(line_page);
    const Rows rows = session_.run(step);
    const bool page_was_full = rows.int64(0, 1) == line_page;
    stuck_line_after_ = {};
    if (page_was_full) stuck_line_after_ = {rows.bytes(0, 2), rows.bytes(0, 3), rows.bytes(0, 4)};
    if (!page_was_full) next_line_walk_ = Clock::now() + stuck_walk_every;
    return static_cast<int>(rows.int64(0, 0));
}

}  // namespace durable::store
