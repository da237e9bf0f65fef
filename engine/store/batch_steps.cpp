#include "engine/store/batch_steps.hpp"

#include <algorithm>

#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;
using Next = RunCommit::Next;

/// What keep_runs.sql calls the three ways of staying open.
std::int32_t code_of(Next next) {
    return next == Next::keep ? 0 : next == Next::release ? 1 : 2;
}

std::int32_t events_of(const RunCommit& commit) {
    return commit.activation ? commit.activation->events : 0;
}

/// Each of these fills one statement's arrays and is sent only if it has any rows.
struct Keeps {
    BinaryArray run{Of::uuid}, epoch{Of::int32}, token{Of::int64}, before{Of::int32}, activations{Of::int32},
        events{Of::int32}, head{Of::int64}, next{Of::int32}, wake_at{Of::moment};

    void add(const RunCommit& c) {
        run.add(c.run.value);
        epoch.add(c.fence.epoch);
        token.add(c.fence.token);
        before.add(c.activations_before);
        activations.add(std::int32_t{c.activation ? 1 : 0});
        events.add(events_of(c));
        head.add(c.inbox_head);
        next.add(code_of(c.next));
        wake_at.add(c.wake_at);
    }
    void append_to(std::vector<Step>& steps, WorkerNo worker, std::int64_t batch) const {
        if (run.size() == 0) return;
        Params params;
        params.add(worker.value).add(batch).add(run).add(epoch).add(token).add(before).add(activations);
        params.add(events).add(head).add(next).add(wake_at);
        steps.push_back({{"keep_runs", sql::keep_runs}, std::move(params)});
    }
};

struct Closes {
    BinaryArray run{Of::uuid}, epoch{Of::int32}, token{Of::int64}, before{Of::int32}, activations{Of::int32},
        head{Of::int64}, events{Of::int32}, status{Of::text};

    void add(const RunCommit& c) {
        run.add(c.run.value);
        epoch.add(c.fence.epoch);
        token.add(c.fence.token);
        before.add(c.activations_before);
        activations.add(std::int32_t{c.activation ? 1 : 0});
        head.add(c.inbox_head);
        events.add(c.activation ? c.activation->first_event.value + c.activation->events - 1 : 0);
        status.add(replay::to_string(c.status));
    }
    void append_to(std::vector<Step>& steps, WorkerNo worker) const {
        if (run.size() == 0) return;
        Params params;
        params.add(worker.value).add(run).add(epoch).add(token).add(before).add(activations).add(head);
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

/// A zero duration means "not limited".
std::optional<std::int64_t> limit_of(Duration duration) {
    if (duration.count() == 0) return std::nullopt;
    return std::int64_t{duration.count()};
}

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
    if (!rows.empty()) steps.push_back(store_activities_step(rows));
    cancelled.append_to(steps, {"cancel_activities", sql::cancel_activities});
}

}  // namespace

Step store_activities_step(std::span<const ActivityRow* const> rows) {
    BinaryArray run{Of::uuid}, activity{Of::int32}, attempt{Of::int32}, lost{Of::int32},
        scheduled{Of::moment}, available{Of::moment}, start_by{Of::moment}, close_by{Of::moment},
        start_to_close{Of::int64}, heartbeat{Of::int64}, queue{Of::text}, type{Of::text}, tenant{Of::text},
        task{Of::bytes}, failure{Of::bytes}, details{Of::text};
    for (const ActivityRow* row : rows) {
        const history::Event event = history::decode_event(row->task);
        const auto& options = std::get<history::ActivityScheduled>(event).options;
        run.add(row->run.value);
        activity.add(row->activity.value);
        attempt.add(row->attempt);
        lost.add(row->lost_attempts);
        scheduled.add(row->scheduled_at);
        available.add(row->available_at);
        start_by.add(row->schedule_to_start_by);
        close_by.add(row->close_by);
        start_to_close.add(limit_of(options.start_to_close));
        heartbeat.add(limit_of(options.heartbeat));
        queue.add(std::string_view{row->queue});
        type.add(std::string_view{row->type});
        tenant.add(std::string_view{row->tenant.value});
        task.add(std::string_view{row->task});
        failure.add(row->last_failure);
        details.add(row->heartbeat_details);
    }
    Params params;
    params.add(run).add(activity).add(attempt).add(lost).add(scheduled).add(available).add(start_by).add(
        close_by);
    params.add(start_to_close)
        .add(heartbeat)
        .add(queue)
        .add(type)
        .add(tenant)
        .add(task)
        .add(failure)
        .add(details);
    return {{"store_activities", sql::store_activities}, std::move(params)};
}

std::vector<Step> commit_steps(WorkerNo worker, std::int64_t batch, const SortedCommits& commits) {
    Keeps keeps;
    Closes closes;
    Activations activations;
    Consumed consumed;
    Blocks blocks;
    for (const RunCommit* commit : commits) {
        commit->next == Next::close ? closes.add(*commit) : keeps.add(*commit);
        activations.add(*commit);
        consumed.add(*commit);
        blocks.add(*commit);
    }
    // Lock order: live_runs -> blocked -> activities -> inbox; a lost fence stops everything after it.
    std::vector<Step> steps;
    keeps.append_to(steps, worker, batch);
    closes.append_to(steps, worker);
    activations.append_to(steps);
    blocks.append_to(steps, worker);
    append_activities(steps, commits);
    consumed.append_to(steps);
    return steps;
}

Step claim_step(WorkerNo worker, std::int64_t token, const ClaimRequest& claim, const ClaimBounds& bounds) {
    Params params;
    params.add(worker.value).add(token).add(std::string_view{claim.queue}).add(claim.limit).add(bounds.floor);
    params.add(bounds.recent_from).add(bounds.recent_until);
    return {{"claim_runs", sql::claim_runs}, std::move(params)};
}

std::vector<ClaimedRun> claimed_runs(const Rows& rows) {
    constexpr int start_column = 12;
    std::vector<ClaimedRun> claimed;
    for (int i = 0; i < rows.size(); ++i) {
        if (rows.is_null(i, 1)) continue;
        ClaimedRun run;
        run.run = RunId{rows.uuid(i, 1)};
        run.chain = RunId{rows.uuid(i, 2)};
        run.tenant = Tenant{rows.bytes(i, 3)};
        run.fence.epoch = rows.int32(i, 4);
        run.activations = rows.int32(i, 5);
        run.next_event = EventId{rows.int32(i, 6)};
        run.inbox_head = rows.int64(i, 7);
        run.inbox_tail = rows.int64(i, 8);
        run.adopt = rows.boolean(i, 9);
        run.failures = rows.int32(i, 10);
        if (auto start = rows.bytes_or_none(i, start_column))
            run.start = HistoryRow{EventId{1}, 1, std::move(*start)};
        claimed.push_back(std::move(run));
    }
    return claimed;
}

}  // namespace durable::store
