#include "engine/store/batch_steps.hpp"

#include <algorithm>

#include "engine/store/activity_rows.hpp"
#include "engine/store/lifecycle_steps.hpp"
#include "engine/store/semaphore_steps.hpp"
#include "engine/store/update_steps.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;
using Next = RunCommit::Next;

/// What keep_runs.sql calls the three ways of staying open.
std::int32_t code_of(Next next) {
    return next == Next::keep ? 0 : next == Next::release ? 1 : 2;
}

bool is_only_held(const RunCommit* commit) {
    return commit->next == Next::keep && commit->row_stays;
}

/// Each of these fills one statement's arrays and is sent only if it has any rows.
struct Holds {
    BinaryArray run{Of::uuid}, epoch{Of::int32}, token{Of::int64};

    void add(const RunCommit& c) {
        run.add(c.run.value);
        epoch.add(c.fence.epoch);
        token.add(c.fence.token);
    }
    void append_to(std::vector<Step>& steps, WorkerNo worker) const {
        if (run.size() == 0) return;
        Params params;
        params.add(worker.value).add(run).add(epoch).add(token);
        steps.push_back({{"hold_runs", sql::hold_runs}, std::move(params)});
    }
};

struct Keeps {
    BinaryArray run{Of::uuid}, epoch{Of::int32}, token{Of::int64}, activations{Of::int32},
        next_event{Of::int32}, head{Of::int64}, next{Of::int32}, wake_at{Of::moment};

    void add(const RunCommit& c) {
        run.add(c.run.value);
        epoch.add(c.fence.epoch);
        token.add(c.fence.token);
        activations.add(c.activations_after());
        next_event.add(c.next_event_after().value);
        head.add(c.inbox_head);
        next.add(code_of(c.next));
        wake_at.add(c.wake_at);
    }
    void append_to(std::vector<Step>& steps, WorkerNo worker, std::int64_t batch) const {
        if (run.size() == 0) return;
        Params params;
        params.add(worker.value).add(batch).add(run).add(epoch).add(token).add(activations);
        params.add(next_event).add(head).add(next).add(wake_at);
        steps.push_back({{"keep_runs", sql::keep_runs}, std::move(params)});
    }
};

struct Closes {
    BinaryArray run{Of::uuid}, epoch{Of::int32}, token{Of::int64}, activations{Of::int32}, head{Of::int64},
        events{Of::int32}, status{Of::text};

    void add(const RunCommit& c) {
        run.add(c.run.value);
        epoch.add(c.fence.epoch);
        token.add(c.fence.token);
        activations.add(c.activations_after());
        head.add(c.inbox_head);
        events.add(c.next_event_after().value - 1);
        status.add(replay::to_string(c.status));
    }
    void append_to(std::vector<Step>& steps, WorkerNo worker) const {
        if (run.size() == 0) return;
        Params params;
        params.add(worker.value).add(run).add(epoch).add(token).add(activations).add(head);
        params.add(events).add(status);
        steps.push_back({{"close_runs", sql::close_runs}, std::move(params)});
    }
};

struct Activations {
    BinaryArray run{Of::uuid}, first_event{Of::int32}, events{Of::int32}, bytes{Of::bytes};

    void add(const RunCommit& c) {
        if (!c.activation) return;
        run.add(c.run.value);
        first_event.add(c.activation->first_event.value);
        events.add(c.activation->events);
        bytes.add(std::string_view{c.activation->bytes});
    }
    void append_to(std::vector<Step>& steps) const {
        if (run.size() == 0) return;
        Params params;
        params.add(run).add(first_event).add(events).add(bytes);
        steps.push_back({{"record_activations", sql::record_activations}, std::move(params)});
    }
};

struct Consumed {
    BinaryArray chain{Of::uuid}, head{Of::int64};

    void add(const RunCommit& c) {
        if (c.inbox_head == 0) return;  // it has never had a message
        chain.add(c.chain.value);
        head.add(c.inbox_head);
    }
    void append_to(std::vector<Step>& steps) const {
        if (chain.size() == 0) return;
        Params params;
        params.add(chain).add(head);
        steps.push_back({{"consume_inbox", sql::consume_inbox}, std::move(params)});
    }
};

struct Blocks {
    BinaryArray run{Of::uuid}, kind{Of::text}, reason{Of::text}, cleared{Of::uuid};

    void add(const RunCommit& c) {
        if (c.next == Next::block) {
            run.add(c.run.value);
            kind.add(std::string_view{c.blocked_kind});
            reason.add(std::string_view{c.blocked_reason});
        } else if (c.was_blocked) {
            cleared.add(c.run.value);
        }
    }
    void append_to(std::vector<Step>& steps, WorkerNo worker) const {
        if (cleared.size() > 0) {
            Params params;
            params.add(cleared);
            steps.push_back({{"unblock_runs", sql::unblock_runs}, std::move(params)});
        }
        if (run.size() > 0) {
            Params params;
            params.add(worker.value).add(run).add(kind).add(reason);
            steps.push_back({{"block_runs", sql::block_runs}, std::move(params)});
        }
    }
};

/// Activities named by run and id, for cancelling or settling.
struct Named {
    BinaryArray run{Of::uuid}, activity{Of::int32};

    void add(RunId of, const std::vector<EventId>& activities) {
        for (const EventId id : activities) {
            run.add(of.value);
            activity.add(id.value);
        }
    }
    void append_to(std::vector<Step>& steps, const Statement& statement) const {
        if (run.size() == 0) return;
        Params params;
        params.add(run).add(activity);
        steps.push_back({statement, std::move(params)});
    }
};

void append_activities(std::vector<Step>& steps, const SortedCommits& commits) {
    Named settled;
    Named cancelled;
    std::vector<const ActivityRow*> rows;
    for (const RunCommit* commit : commits) {
        settled.add(commit->run, commit->settled_activities);
        cancelled.add(commit->run, commit->cancel_activities);
        for (const ActivityRow& row : commit->activities) rows.push_back(&row);
    }
    settled.append_to(steps, {"settle_activities", sql::settle_activities});
    append_activity_rows(steps, rows);
    cancelled.append_to(steps, {"cancel_activities", sql::cancel_activities});
}

void append_pins(std::vector<Step>& steps, const SortedCommits& commits) {
    BinaryArray runs{Of::uuid};
    BinaryArray builds{Of::text};
    for (const RunCommit* commit : commits) {
        if (commit->pin_to.empty() || commit->next == Next::close) continue;
        runs.add(commit->run.value);
        builds.add(std::string_view{commit->pin_to});
    }
    if (runs.size() == 0) return;
    Params params;
    params.add(runs).add(builds);
    steps.push_back({{"pin_runs", sql::pin_runs}, std::move(params)});
}

}  // namespace

std::vector<Step> commit_steps(WorkerNo worker, std::int64_t batch, const SortedCommits& commits) {
    Holds holds;
    Keeps keeps;
    Closes closes;
    Activations activations;
    Consumed consumed;
    Blocks blocks;
    const bool holds_some = std::ranges::any_of(commits, is_only_held);
    for (const RunCommit* commit : commits) {
        const bool is_written = !is_only_held(commit) && !commit->continued && commit->next != Next::close;
        // All that stay open are locked in one order, for others lock many, too.
        if (is_only_held(commit) || (holds_some && is_written)) holds.add(*commit);
        if (is_written) keeps.add(*commit);
        if (commit->next == Next::close && !commit->continued) closes.add(*commit);
        activations.add(*commit);
        consumed.add(*commit);
        blocks.add(*commit);
    }
    // Lock order: workflow_ids -> live_runs -> blocked -> activities -> children -> inbox; a lost fence undoes what
    // was done before it and stops everything after it.
    std::vector<Step> steps;
    append_child_starts(steps, commits);
    append_continuations(steps, worker, commits);
    append_posts(steps, commits);
    holds.append_to(steps, worker);
    keeps.append_to(steps, worker, batch);
    append_pins(steps, commits);
    closes.append_to(steps, worker);
    activations.append_to(steps);
    blocks.append_to(steps, worker);
    append_activities(steps, commits);
    append_published(steps, commits);
    append_units(steps, commits);
    append_attributes(steps, commits);
    append_unread(steps, commits);
    append_updates(steps, commits);
    append_errands(steps, commits);
    append_externals(steps, commits);
    consumed.append_to(steps);
    return steps;
}

bool left_errands(std::span<const Step> steps, std::span<const Rows> rows) {
    constexpr int has_children_column = 2;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const std::string_view name = steps[i].statement.name;
        if (name == "request_units" || name == "release_units") return true;
        if (name == "report_closes" || name == "cancel_children" || name == "order_externals") return true;
        if (name == "close_runs" && rows[i].boolean(0, has_children_column)) return true;
    }
    return false;
}

}  // namespace durable::store
