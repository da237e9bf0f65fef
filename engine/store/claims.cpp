#include "engine/store/claims.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

/// Activation 0 is fetched with the claim for runs whose ids are this fresh.
constexpr std::chrono::hours recent_past{72};
constexpr std::chrono::hours recent_future{24};
/// Lines that one look passes at most.
constexpr std::int32_t lines_page = 2000;

// Columns of claim_runs.sql and claim_lines.sql.
constexpr int run_column = 1;
constexpr int wake_at_column = 11;
constexpr int start_column = 12;
constexpr int paused_column = 13;
constexpr int priority_column = 14;
constexpr int key_column = 15;
constexpr int elsewhere_column = 14;
constexpr int elsewhere_by_turns_column = 16;

Uuid uuid_floor(Timestamp moment) {
    const auto since_epoch = std::chrono::floor<std::chrono::milliseconds>(moment.time_since_epoch());
    const auto milliseconds = static_cast<std::uint64_t>(since_epoch.count());
    Uuid id;
    for (unsigned i = 0; i < 6; ++i) id.bytes[i] = static_cast<std::uint8_t>(milliseconds >> (8U * (5U - i)));
    return id;
}

/// Between which ids activation 0 comes along.
void add_recent(Params& params, const ClaimRequest& claim) {
    if (claim.starts_apart) {
        params.add(Uuid{}).add(Uuid{});
        return;
    }
    const auto now = std::chrono::floor<Duration>(std::chrono::system_clock::now());
    params.add(uuid_floor(now - recent_past)).add(uuid_floor(now + recent_future));
}

Step claim_by_age(WorkerNo worker, std::int64_t token, const ClaimRequest& claim, Timestamp floor) {
    Step step{{"claim_runs", sql::claim_runs}, {}};
    step.params.add(worker.value).add(token).add(std::string_view{claim.queue}).add(claim.limit).add(floor);
    add_recent(step.params, claim);
    step.params.add(std::string_view{claim.build});
    return step;
}

Step claim_own(WorkerNo worker, std::int64_t token, const ClaimRequest& claim) {
    Step step{{"claim_build_runs", sql::claim_build_runs}, {}};
    step.params.add(worker.value).add(token).add(std::string_view{claim.queue}).add(claim.limit);
    add_recent(step.params, claim);
    step.params.add(std::string_view{claim.build}).add(Timestamp{});
    return step;
}

/// A lane of the worker does nothing else meanwhile.
constexpr std::string_view patience{"100ms"};

std::vector<Step> claim_patiently(WorkerNo worker, std::int64_t token, const ClaimRequest& claim) {
    Step wait{{"wait_briefly", sql::wait_briefly}, {}};
    wait.params.add(patience);
    Step step{{"claim_late_runs", sql::claim_late_runs}, {}};
    step.params.add(worker.value).add(token).add(std::string_view{claim.queue}).add(claim.limit);
    add_recent(step.params, claim);
    step.params.add(std::string_view{claim.build});
    step.params.add(std::int64_t{std::chrono::microseconds{late_after}.count()});
    return {std::move(wait), std::move(step)};
}

Step claim_by_turns(WorkerNo worker, std::int64_t token, const ClaimRequest& claim,
                    const std::vector<LineTurn>& turns) {
    BinaryArray priority{Of::int32}, key{Of::text}, bound{Of::moment}, passed_over{Of::int32},
        taken{Of::int32};
    for (const LineTurn& turn : turns) {
        priority.add(turn.line.priority);
        key.add(std::string_view{turn.line.key});
        bound.add(turn.bound);
        passed_over.add(turn.passed_over);
        taken.add(turn.taken);
    }
    Step step{{"claim_lines", sql::claim_lines}, {}};
    step.params.add(worker.value).add(token).add(std::string_view{claim.queue}).add(claim.limit);
    add_recent(step.params, claim);
    step.params.add(priority).add(key).add(bound).add(passed_over).add(taken);
    step.params.add(std::string_view{claim.build});
    return step;
}

Step look_at_lines(const std::string& queue, const LineName& after) {
    Step step{{"ripe_lines", sql::ripe_lines}, {}};
    step.params.add(std::string_view{queue})
        .add(after.priority)
        .add(std::string_view{after.key})
        .add(lines_page);
    return step;
}

LinesSeen lines_seen(const Rows& rows) {
    LinesSeen seen;
    seen.passed = rows.int64(0, 0);
    seen.page_was_full = seen.passed >= lines_page;
    if (!rows.is_null(0, 2)) seen.last = {rows.int32(0, 2), rows.bytes(0, 3)};
    for (int i = 0; i < rows.size(); ++i) {
        seen.took = std::max(seen.took, std::chrono::microseconds{rows.int64(i, 1)});
        if (rows.is_null(i, 4)) continue;
        seen.ripe.push_back({{rows.int32(i, 4), rows.bytes(i, 5)}, rows.float64(i, 6)});
    }
    return seen;
}

/// Another build is the queue's current one.
bool is_routed_elsewhere(const Rows& claim, const ClaimOrder& order) {
    return claim.boolean(0, order.turns.empty() ? elsewhere_column : elsewhere_by_turns_column);
}

int count_of(const Rows& claim) {
    return claim.is_null(0, run_column) ? 0 : claim.size();
}

}  // namespace

ClaimOrder QueueMemory::order(WorkerNo worker, std::int64_t token, const ClaimRequest& claim) {
    if (claim.queue != queue_) *this = QueueMemory{};
    queue_ = claim.queue;
    const auto now = ClaimTurns::Clock::now();
    ClaimOrder order;
    order.limit = claim.limit;
    order.patient = claim.patient;
    if (order.patient) {
        order.steps = claim_patiently(worker, token, claim);
        return order;
    }
    order.own = elsewhere_;
    if (order.own) {
        static_cast<void>(floor_.next(now));  // it has none: each is a full pass
        order.steps.push_back(claim_own(worker, token, claim));
        return order;
    }
    if (turns_.look_due(now)) order.steps.push_back(look_at_lines(queue_, turns_.look_after()));
    order.turns = turns_.plan(claim.limit, now);
    order.steps.push_back(order.turns.empty() ? claim_by_age(worker, token, claim, floor_.next(now))
                                              : claim_by_turns(worker, token, claim, order.turns));
    return order;
}

bool QueueMemory::remember(const ClaimOrder& order, const std::vector<Rows>& rows) {
    const Rows& claim = rows.back();
    if (order.patient) return false;
    if (is_queue_paused(claim)) return false;  // what is due has been left, so nothing is known of it
    const int count = count_of(claim);
    const bool full = count >= order.limit;
    const bool was_elsewhere = std::exchange(elsewhere_, is_routed_elsewhere(claim, order));
    if (order.own || elsewhere_) return full || was_elsewhere != elsewhere_;
    const Timestamp now = claim.moment(0, 0);
    if (order.turns.empty()) {
        const bool some_left = full && count > 0;
        floor_.taken_until(some_left ? std::min(now, claim.moment(count - 1, wake_at_column)) : now);
        turns_.took_by_age(full);
    } else {
        std::vector<TakenRun> taken;
        for (int i = 0; i < count; ++i) {
            taken.push_back({{claim.int32(i, priority_column), claim.bytes(i, key_column)},
                             claim.moment(i, wake_at_column)});
        }
        turns_.took(order.turns, taken, full, now);
    }
    if (order.steps.size() > 1) turns_.looked(lines_seen(rows[rows.size() - 2]), ClaimTurns::Clock::now());
    return full || !order.turns.empty();
}

std::vector<ClaimedRun> claimed_runs(const Rows& rows) {
    std::vector<ClaimedRun> claimed;
    for (int i = 0; i < rows.size(); ++i) {
        if (rows.is_null(i, run_column)) continue;
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

bool is_queue_paused(const Rows& rows) {
    return rows.boolean(0, paused_column);
}

}  // namespace durable::store
