// HotConnection::commit: the batch as one transaction, and what happens when it does not simply succeed.
//
//   sent -> committed            the usual way
//     -> a fence is lost         (22012) compare row by row; drop the losers; send the rest
//     -> the data is refused     halve until the one culprit is alone; reject it; send the rest; if it is nobody's,
//                                the claim's: claim with less, or not at all
//     -> deadlock, lock, disk    wait a little; send again
//     -> no answer               unknown: reconnect, end the old session, compare row by row:
//                                what is marked with our batch id was committed, the rest is sent again

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "engine/store/hot_impl.hpp"
#include "engine/store/notify_step.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;
using Next = RunCommit::Next;

constexpr std::string_view unique_violation = "23505";

/// A live row as lock_runs.sql shows it.
struct LiveRow {
    std::optional<WorkerNo> owner;
    Fence fence;
    std::int64_t batch = 0;
    std::int32_t activations = 0;
    std::int64_t inbox_tail = 0;
};

enum class Verdict : std::uint8_t { pending, committed, lost, message_first };

bool still_ours(const RunCommit& commit, const LiveRow& row, WorkerNo worker) {
    return row.owner == worker && row.fence == commit.fence;
}

/// What has become of a commit that was, or may have been, sent under the id `batch`.
Verdict judge(const RunCommit& commit, const LiveRow* row, const std::string* recorded, WorkerNo worker,
              std::int64_t batch) {
    const bool history_is_ours =
        commit.activation && recorded != nullptr && *recorded == commit.activation->bytes;
    if (row == nullptr) {
        return commit.next == Next::close && history_is_ours ? Verdict::committed : Verdict::lost;
    }
    const bool ours = still_ours(commit, *row, worker);
    const bool marked = row->batch == batch && row->activations == commit.activations_after();
    if (marked || history_is_ours) {
        return commit.next != Next::keep || ours ? Verdict::committed : Verdict::lost;
    }
    if (!ours || recorded != nullptr || row->activations > commit.activations_before) return Verdict::lost;
    const bool ends = commit.next == Next::close && !commit.continued;
    const bool too_late = ends && row->inbox_tail != commit.inbox_head;
    return too_late ? Verdict::message_first : Verdict::pending;
}

}  // namespace

/// One call of commit().
class HotConnection::Impl::BatchRun {
  public:
    BatchRun(Impl& impl, const Batch& batch)
        : impl_(impl),
          batch_(batch),
          claim_(batch.claim),
          inherited_(impl.unsettled_.has_value()),
          id_(impl.unsettled_.value_or(impl.ids_.token())) {
        for (const RunCommit& commit : batch.commits) pending_.push_back(&commit);
        std::ranges::sort(pending_, {}, [](const RunCommit* commit) { return commit->run; });
        claim_pending_ = batch.claim.limit > 0;
    }

    BatchResult run() {
        impl_.unsettled_ = id_;  // stays if this call throws: the next one then finds what this one has done
        bool unknown = inherited_;
        claim_unknown_ = inherited_;
        bool told_time = false;
        while (unknown || !pending_.empty() || claim_pending_ || !told_time) {
            try {
                if (unknown) settle();
                unknown = false;
                send_all();
                told_time = true;
            } catch (const ConnectionLost& lost) {
                unknown = unknown || lost.sent();
                patience_.again(lost.what());
            } catch (const DatabaseError& error) {
                if (gives_up(error) || claims_with_less(error)) continue;
                patience_.again(impl_.session_, error);
            }
        }
        result_.told_closed = batch_.tell_closed && !unheard_;
        fetch_missing_starts();
        impl_.unsettled_.reset();
        return std::move(result_);
    }

  private:
    /// Everything that is left, with the claim in the same transaction.
    void send_all() {
        const auto refused = attempt(pending_, claim_pending_);
        if (!refused) return;
        if (*refused == Fate::fence) {
            compare();
        } else {
            send_apart(pending_);
        }
        send_all();  // what is left of them, and the claim
    }

    /// Somebody holds what a patient claim wants: there will be another one.
    bool gives_up(const DatabaseError& error) {
        if (!claim_.patient || !claim_pending_ || error.sqlstate() != "55P03") return false;
        claim_pending_ = false;
        return true;
    }

    /// The commits are done, and Postgres cannot read what the claim needs. A first activation: then its run is
    /// claimed without, and found to be unreadable. Something else: nothing is claimed, and the commits are done.
    bool claims_with_less(const DatabaseError& error) {
        if (!claim_pending_ || !pending_.empty() || error.fate() != Fate::data) return false;
        if (std::exchange(claim_.starts_apart, true)) {
            claim_pending_ = false;
            result_.claim_refused = error.what();
        }
        return true;
    }

    /// Nothing when the commits are done, else why not: `fence` or `data`.
    std::optional<Fate> attempt(const SortedCommits& commits, bool claim) {
        try {
            send(commits, claim);
            return std::nullopt;
        } catch (const DatabaseError& error) {
            if (error.sqlstate() == unique_violation && !commits.empty() && is_recorded_already())
                return Fate::fence;
            const bool ours = error.fate() == Fate::fence || error.fate() == Fate::data;
            if (!ours || commits.empty()) throw;
            if (error.fate() == Fate::data && commits.size() == 1 && !claim) {
                reject(commits.front(), error.what());
                return std::nullopt;
            }
            return error.fate();
        }
    }

    /// Somebody has recorded an activation in the place of one of these.
    bool is_recorded_already() {
        const std::size_t before = pending_.size();
        compare();
        return pending_.size() < before;
    }

    void send(const SortedCommits& commits, bool claim) {
        std::vector<Step> steps = commit_steps(batch_.worker, id_, commits);
        std::optional<ClaimOrder> order;
        if (claim) {
            order = impl_.claims_.order(batch_.worker, id_, claim_);
            if (steps.empty()) steps.push_back({{"wait_for_no_flush", sql::wait_for_no_flush}, {}});
            for (const Step& step : order->steps) steps.push_back(step);
            claim_unknown_ = true;
        } else if (steps.empty()) {
            steps.push_back({{"moment", sql::moment}, {}});
        }
        std::optional<Step> tell;
        if (batch_.tell_closed && !commits.empty()) tell = closed_step();
        const std::vector<Rows> rows = impl_.session_.run("commit_batch", steps, tell ? &*tell : nullptr);
        if (claim) {
            take(rows.back());
            result_.more_due = impl_.claims_.remember(*order, rows);
        } else {
            result_.now = rows.front().moment(0, commits.empty() ? 0 : 1);
        }
        result_.errands = result_.errands || left_errands(steps, rows);
        done(SortedCommits{commits}, Verdict::committed);
    }

    /// Halves the commits until those whose data the database refuses are alone, and rejected.
    void send_apart(SortedCommits commits) {
        std::erase_if(commits,
                      [&](const RunCommit* commit) { return std::ranges::count(pending_, commit) == 0; });
        if (commits.empty()) return;
        const auto refused = attempt(commits, false);
        if (!refused) return;
        if (*refused == Fate::fence) {
            compare();
            return send_apart(std::move(commits));
        }
        const auto middle = commits.begin() + static_cast<std::ptrdiff_t>(commits.size() / 2);
        send_apart({commits.begin(), middle});
        send_apart({middle, commits.end()});
    }

    void reject(const RunCommit* commit, const std::string& reason) {
        result_.rejected.push_back({commit->run, reason});
        std::erase(pending_, commit);
    }

    /// After a lost reply: first nothing of the old session may happen any more; then the rows tell. What is sent
    /// after that is another batch: what this one has claimed may have gone to others, who had its token before.
    void settle() {
        unheard_ = true;
        Params session;
        session.add(std::string_view{impl_.session_.label()});
        impl_.session_.run({{"end_session", sql::end_session}, std::move(session)});
        result_.errands = true;  // it may have left some
        if (!pending_.empty()) compare();
        if (claim_unknown_) find_claimed();
        id_ = impl_.ids_.token();
        impl_.unsettled_ = id_;
    }

    void find_claimed() {
        Params params;
        params.add(batch_.worker.value).add(id_);
        const Rows rows =
            impl_.session_.run({{"claimed_by_batch", sql::claimed_by_batch}, std::move(params)});
        if (rows.size() > 0) take(rows);
        claim_unknown_ = false;
    }

    /// Locks the rows of the commits that are left and sorts out what has become of each.
    void compare() {
        BinaryArray runs{Of::uuid};
        BinaryArray recorded_runs{Of::uuid};
        BinaryArray first_events{Of::int32};
        for (const RunCommit* commit : pending_) {
            runs.add(commit->run.value);
            if (!commit->activation) continue;
            recorded_runs.add(commit->run.value);
            first_events.add(commit->activation->first_event.value);
        }
        std::vector<Step> steps(2);
        steps[0].statement = {"lock_runs", sql::lock_runs};
        steps[0].params.add(runs);
        steps[1].statement = {"recorded_activations", sql::recorded_activations};
        steps[1].params.add(recorded_runs).add(first_events);
        const std::vector<Rows> rows = impl_.session_.run("compare_batch", steps);

        const std::map<RunId, LiveRow> live = live_rows(rows[0]);
        std::map<RunId, std::string> recorded;
        for (int i = 0; i < rows[1].size(); ++i)
            recorded.emplace(RunId{rows[1].uuid(i, 0)}, rows[1].bytes(i, 1));
        std::map<Verdict, SortedCommits> verdicts;
        for (const RunCommit* commit : pending_) {
            const auto row = live.find(commit->run);
            const auto bytes = recorded.find(commit->run);
            verdicts[judge(*commit, row == live.end() ? nullptr : &row->second,
                           bytes == recorded.end() ? nullptr : &bytes->second, batch_.worker, id_)]
                .push_back(commit);
        }
        for (const auto& [verdict, commits] : verdicts) done(commits, verdict);
    }

    static std::map<RunId, LiveRow> live_rows(const Rows& rows) {
        std::map<RunId, LiveRow> live;
        for (int i = 0; i < rows.size(); ++i) {
            LiveRow row;
            if (!rows.is_null(i, 1)) row.owner = WorkerNo{rows.int32(i, 1)};
            row.fence = {rows.int32(i, 2), rows.int64(i, 3)};
            row.batch = rows.int64(i, 4);
            row.activations = rows.int32(i, 5);
            row.inbox_tail = rows.int64(i, 6);
            live.emplace(RunId{rows.uuid(i, 0)}, row);
        }
        return live;
    }

    void done(const SortedCommits& commits, Verdict verdict) {
        if (verdict == Verdict::pending) return;
        auto& runs = verdict == Verdict::committed ? result_.committed
                     : verdict == Verdict::lost    ? result_.lost
                                                   : result_.message_first;
        for (const RunCommit* commit : commits) runs.push_back(commit->run);
        if (commits.size() == pending_.size()) return pending_.clear();
        const std::set<const RunCommit*> out(commits.begin(), commits.end());
        std::erase_if(pending_, [&](const RunCommit* commit) { return out.contains(commit); });
    }

    void take(const Rows& rows) {
        result_.now = rows.moment(0, 0);
        for (ClaimedRun& run : claimed_runs(rows)) {
            run.fence.token = id_;
            result_.claimed.push_back(std::move(run));
        }
        claim_pending_ = false;
        claim_unknown_ = false;
    }

    /// Fresh runs with old ids: rare (delayed starts), so worth another round trip instead of every
    /// partition. Or those of a claim that Postgres could not carry out with them.
    void fetch_missing_starts() {
        for (ClaimedRun& run : result_.claimed) {
            if (run.activations != 1 || run.start) continue;
            try {
                run.start = start_of(run.run);
            } catch (const DatabaseError& error) {
                if (error.fate() != Fate::data) throw;
                run.start = HistoryRow{EventId{1}, 1, {}, error.what()};
            }
        }
    }

    [[nodiscard]] std::optional<HistoryRow> start_of(RunId run) {
        BinaryArray runs{Of::uuid};
        BinaryArray first_events{Of::int32};
        runs.add(run.value);
        first_events.add(std::int32_t{1});
        Step step{{"recorded_activations", sql::recorded_activations}, {}};
        step.params.add(runs).add(first_events);
        const Rows rows = impl_.query(step);
        if (rows.size() != 1) return std::nullopt;
        return HistoryRow{EventId{1}, 1, rows.bytes(0, 1)};
    }

    Impl& impl_;
    const Batch& batch_;
    ClaimRequest claim_;
    const bool inherited_;
    std::int64_t id_;
    SortedCommits pending_;
    bool claim_pending_ = false;  ///< still to be made
    bool claim_unknown_ = false;  ///< may have been made under this id
    bool unheard_ = false;        ///< what was committed so has not been told
    BatchResult result_;
    RetryLoop patience_{impl_.session_.patience()};
};

BatchResult HotConnection::Impl::commit(const Batch& batch) {
    return BatchRun{*this, batch}.run();
}

}  // namespace durable::store
