// Acting on one schedule, in one transaction, with its row locked:
//
//   0. read rules that SQL has declared (what makes no sense is paused, with a note that says why)
//   1. take notice of runs that have ended (a failed one may pause the schedule; the next one is told)
//   2. collect the nominal times that are due by now; those beyond the catch-up window are counted, not run
//   3. decide on each, oldest first: what waited in the buffer, what is due, what somebody wished
//   4. write down what waits, what runs, and when to look next
//
// A crash anywhere undoes all of it, and the next turn does it again. The workflow id says which nominal time
// a run is for, so even a run that was started by other means is not started twice.

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "engine/schedule/overlap.hpp"
#include "engine/schedule/schedule_error.hpp"
#include "engine/schedule/timetable.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/schedule_action.hpp"
#include "engine/store/schedule_input.hpp"
#include "engine/store/schedule_rows.hpp"
#include "engine/store/search.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// What a turn does at most; the rest is for the next one.
constexpr std::size_t starts_max = 100;
constexpr int passed_over_max = 10'000;

class Turn {
  public:
    Turn(pqxx::transaction_base& tx, IdSource& ids, ScheduleRow row)
        : tx_(tx), ids_(ids), row_(std::move(row)), timetable_(row_.spec) {}

    ScheduleTurn take(const std::optional<BufferedNominal>& wish) {
        notice_ended_runs();
        for (const BufferedNominal& waiting : load_buffer(tx_, row_.id)) entries_.push_back({waiting, true});
        if (!row_.paused) collect_due();
        if (wish) entries_.push_back({*wish, false});
        std::ranges::sort(entries_, {}, [](const Entry& entry) {
            return std::tuple{entry.what.nominal, entry.what.origin};
        });
        for (const Entry& entry : entries_) decide(entry);
        save();
        turn_.queue = row_.spec.workflow.queue;
        return std::move(turn_);
    }

  private:
    struct Entry {
        BufferedNominal what;
        bool stored = false;  ///< has a row in the buffer
    };

    void notice_ended_runs() {
        for (WatchedRun& run : load_runs(tx_, row_.id)) {
            if (run.open) {
                open_.push_back(std::move(run));
                continue;
            }
            gone_.push_back(run.run);
            const bool failed = run.status == "failed" || run.status == "timed_out";
            if (failed && row_.spec.pause_on_failure) pause_after(run);
            if (!run.beside) remember(run, failed);
        }
    }

    /// Runs of allow_all are not told of each other: they do not follow each other.
    void remember(const WatchedRun& run, bool failed) {
        if (failed) row_.ends.failed = run.ended;
        if (run.status == "completed") row_.ends = {run.ended, std::nullopt};
    }
    /// The same for all starts of a turn, since no run ends in it.
    const Handover& handover() {
        if (!handover_) handover_ = hand_over(tx_, row_.ends, row_.spec.workflow);
        return *handover_;
    }

    void pause_after(const WatchedRun& run) {
        if (row_.paused) return;
        row_.paused = true;
        row_.note = fmt::format("paused because {} {}", run.workflow.value,
                                run.status == "failed" ? "failed" : "timed out");
        turn_.paused_by_failure = true;
    }

    void collect_due() {
        std::size_t collected = 0;
        int passed_over = 0;
        while (row_.next_nominal && timetable_.due(*row_.next_nominal) <= row_.now) {
            if (collected == starts_max || passed_over == passed_over_max) {
                turn_.more = true;
                return;
            }
            const Timestamp nominal = *row_.next_nominal;
            if (row_.now - timetable_.due(nominal) > row_.spec.catch_up) {
                ++turn_.missed;
                ++passed_over;
            } else {
                entries_.push_back({{nominal, ScheduleOrigin::schedule, std::nullopt}, false});
                ++collected;
            }
            row_.next_nominal = timetable_.next_after(nominal);
        }
    }

    void decide(const Entry& entry) {
        const bool wished = entry.what.origin != ScheduleOrigin::schedule;
        if (!wished && used_up()) return retire(entry);
        if (starts_ == starts_max) {
            turn_.more = true;
            return keep(entry);
        }
        const OverlapPolicy policy = entry.what.overlap.value_or(row_.spec.overlap);
        switch (schedule::decide(policy, {running(), waiting_.size(), row_.paused && !wished})) {
            case schedule::Verdict::start:
                start(entry, false);
                break;
            case schedule::Verdict::start_beside:
                start(entry, true);
                break;
            case schedule::Verdict::wait:
                keep(entry);
                break;
            case schedule::Verdict::drop:
                drop(entry);
                break;
            case schedule::Verdict::cancel_and_wait:
                cancel_running();
                replace_replacements();
                keep(entry);
                break;
            case schedule::Verdict::terminate_and_start:
                replace_running(entry);
                break;
        }
    }

    [[nodiscard]] bool used_up() const {
        return row_.spec.limited_actions && row_.actions >= *row_.spec.limited_actions;
    }
    [[nodiscard]] bool running() const {
        return std::ranges::any_of(open_, [](const WatchedRun& run) { return !run.beside; });
    }

    void start(const Entry& entry, bool beside) {
        StartRequest request = request_for(entry.what);
        if (!beside) {
            request.previous_result = handover().result;
            request.previous_failure = handover().failure;
        }
        const StartResult result = store::start(tx_, std::array{request}).front();
        const bool started = result.outcome == StartResult::Outcome::started;
        const bool open = started || result.outcome == StartResult::Outcome::already_open;
        if (started && !beside) take_over(tx_, handover(), request.run);
        ++starts_;
        if (entry.what.origin == ScheduleOrigin::schedule) ++row_.actions;
        if (!row_.last || row_.last->nominal <= entry.what.nominal) {
            row_.last = {entry.what.nominal, request.workflow, result.run};
        }
        if (open && (!beside || row_.spec.pause_on_failure)) {
            open_.push_back({result.run, request.workflow, request.name_space, beside, true, {}});
            watched_.push_back(open_.back());
        }
        settle(entry, started ? ScheduleFate::started : ScheduleFate::existed, request.workflow, result.run);
    }

    [[nodiscard]] StartRequest request_for(const BufferedNominal& what) {
        if (!attributes_known_) attributes_known_ = search_world(tx_).catalog;
        return start_of(timetable_, what, ids_.run_id(), *attributes_known_);
    }

    void cancel_running() {
        for (const WatchedRun& run : open_) {
            if (run.beside) continue;
            const history::CancelRequested request{"the next run of schedule " + row_.id + " is due",
                                                   "schedule " + row_.id};
            // One request a run, however many nominal times come while it cleans up.
            const Sent sent = store::send(tx_, {run.name_space, std::nullopt, run.workflow}, request,
                                          "schedule " + row_.id);
            turn_.canceled_a_run = turn_.canceled_a_run || sent.result == SendResult::delivered;
        }
    }

    /// First the new run, then the end of the old ones: ids are locked before live rows.
    void replace_running(const Entry& entry) {
        std::vector<WatchedRun> old;
        std::ranges::copy_if(open_, std::back_inserter(old),
                             [](const WatchedRun& run) { return !run.beside; });
        std::erase_if(open_, [](const WatchedRun& run) { return !run.beside; });
        start(entry, false);
        for (const WatchedRun& run : old) {
            store::terminate(tx_, {run.name_space, std::nullopt, run.workflow},
                             "the next run of schedule " + row_.id + " is due", "schedule " + row_.id);
            turn_.terminated.push_back(run.run);
            gone_.push_back(run.run);
        }
    }

    /// The newest that is to replace what runs is the only one that does.
    void replace_replacements() {
        std::vector<Entry> others;
        for (const Entry& entry : std::exchange(waiting_, {})) {
            const bool replaces =
                entry.what.overlap.value_or(row_.spec.overlap) == OverlapPolicy::cancel_other;
            replaces ? drop(entry) : others.push_back(entry);
        }
        waiting_ = std::move(others);
    }

    void keep(const Entry& entry) { waiting_.push_back(entry); }

    void drop(const Entry& entry) {
        ++row_.skipped;
        settle(entry, ScheduleFate::skipped, {}, std::nullopt);
    }

    /// Beyond the last action: it is neither run nor left out by a policy.
    void retire(const Entry& entry) {
        if (entry.stored) settled_.push_back(entry.what);
    }

    void settle(const Entry& entry, ScheduleFate fate, const WorkflowId& workflow, std::optional<RunId> run) {
        if (entry.stored) settled_.push_back(entry.what);
        turn_.decided.push_back({entry.what.nominal, entry.what.origin, fate, workflow, run});
    }

    void save() {
        std::vector<BufferedNominal> added;
        for (const Entry& entry : waiting_) {
            if (!entry.stored) added.push_back(entry.what);
            turn_.decided.push_back({entry.what.nominal, entry.what.origin, ScheduleFate::waits, {}, {}});
        }
        unbuffer(tx_, row_.id, settled_);
        buffer(tx_, row_.id, added);
        watch(tx_, row_.id, watched_);
        forget(tx_, row_.id, gone_);
        if (used_up()) row_.next_nominal.reset();
        row_.missed += turn_.missed;
        save_schedule(tx_, row_, next_look());
    }

    /// What waits for a run's end needs no clock: the end is seen in schedule_runs.
    [[nodiscard]] std::optional<Timestamp> next_look() const {
        if (turn_.more) return row_.now;
        if (row_.paused || !row_.next_nominal) return std::nullopt;
        return timetable_.due(*row_.next_nominal);
    }

    pqxx::transaction_base& tx_;
    IdSource& ids_;
    ScheduleRow row_;
    schedule::Timetable timetable_;
    std::vector<Entry> entries_;
    std::vector<Entry> waiting_;            ///< what stays in the buffer, or enters it
    std::vector<BufferedNominal> settled_;  ///< what leaves the buffer
    std::vector<WatchedRun> open_;
    std::vector<WatchedRun> watched_;  ///< new ones
    std::vector<RunId> gone_;
    std::optional<Handover> handover_;
    std::optional<search::SearchCatalog> attributes_known_;
    std::size_t starts_ = 0;
    ScheduleTurn turn_;
};

/// Locked for a turn: from before there were keys no input is left behind, in the row or in a history.
std::optional<ScheduleRow> row_for_turn(pqxx::transaction_base& tx, PayloadGate& gate, const std::string& id,
                                        RowLock how) {
    auto row = lock_schedule(tx, id, how);
    if (row && seal_stored_input(gate, row->spec.workflow)) {
        tx.exec_params(std::string{sql::seal_schedule}, id, encode(row->spec).json);
    }
    return row;
}

/// Rules that SQL has declared are understood here for the first time. Throws schedule::ScheduleError.
void read_rules(ScheduleRow& row) {
    if (!row.rules_since) return;
    row.next_nominal = checked_timetable(row.spec).next_after(*row.rules_since);
    row.rules_since.reset();
}

/// Nobody could act on it: it waits for whoever has declared it, who finds the reason in its note.
ScheduleTurn refuse(pqxx::transaction_base& tx, ScheduleRow& row, const std::string& why) {
    row.paused = true;
    row.note = "refused: " + why;
    row.next_nominal.reset();
    row.rules_since.reset();
    empty_buffer(tx, row.id);
    save_schedule(tx, row, std::nullopt);
    ScheduleTurn turn;
    turn.refused = why;
    turn.queue = row.spec.workflow.queue;
    return turn;
}

}  // namespace

std::optional<ScheduleTurn> take_schedule_turn(pqxx::transaction_base& tx, PayloadGate& gate, IdSource& ids,
                                               const std::string& id) {
    auto row = row_for_turn(tx, gate, id, RowLock::skip);
    if (!row) return std::nullopt;
    try {
        read_rules(*row);
    } catch (const schedule::ScheduleError& error) {
        return refuse(tx, *row, error.what());
    }
    return Turn{tx, ids, std::move(*row)}.take(std::nullopt);
}

std::optional<ScheduleTurn> trigger_schedule(pqxx::transaction_base& tx, PayloadGate& gate, IdSource& ids,
                                             const std::string& id, Timestamp nominal,
                                             std::optional<OverlapPolicy> overlap) {
    auto row = row_for_turn(tx, gate, id, RowLock::wait);
    if (!row) return std::nullopt;
    read_rules(*row);
    return Turn{tx, ids, std::move(*row)}.take(BufferedNominal{nominal, ScheduleOrigin::trigger, overlap});
}

}  // namespace durable::store
