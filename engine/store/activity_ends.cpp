#include "engine/store/activity_ends.hpp"

#include <algorithm>
#include <set>

#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

std::optional<std::int32_t> number(const std::optional<WorkerNo>& worker) {
    if (!worker) return std::nullopt;
    return worker->value;
}

/// The part of the arrays that both statements begin with.
struct Fences {
    BinaryArray run{Of::uuid}, activity{Of::int32}, owner{Of::int32}, epoch{Of::int32}, token{Of::int64};

    void add(RunId of, EventId id, const std::optional<WorkerNo>& worker, const Fence& fence) {
        run.add(of.value);
        activity.add(id.value);
        owner.add(number(worker));
        epoch.add(fence.epoch);
        token.add(fence.token);
    }
    void append_to(Params& params) const { params.add(run).add(activity).add(owner).add(epoch).add(token); }
};

Step end_step(const std::vector<FencedEnd>& ends) {
    Fences fences;
    BinaryArray event{Of::bytes}, failed{Of::boolean};
    for (const FencedEnd& end : ends) {
        fences.add(end.run, end.activity, end.owner, end.fence);
        event.add(std::string_view{end.event});
        failed.add(end.failed);
    }
    Step step{{"end_activities", sql::end_activities}, {}};
    fences.append_to(step.params);
    step.params.add(event).add(failed);
    return step;
}

/// Waits for one live row, holding nothing else.
Step lock_step(RunId run) {
    BinaryArray runs{Of::uuid};
    runs.add(run.value);
    Step step{{"lock_runs", sql::lock_runs}, {}};
    step.params.add(runs);
    return step;
}

struct Pass {
    std::set<ActivityKey> busy;  ///< their runs were locked by somebody
    std::vector<ActivityKey> lost;
};

Pass end_once(Session& session, const std::vector<FencedEnd>& ends, bool wait) {
    std::vector<Step> steps;
    if (wait) steps.push_back(lock_step(ends.front().run));
    steps.push_back(end_step(ends));
    const std::vector<Rows> results = session.run("end_activities", steps);
    const Rows& rows = results.back();
    Pass pass;
    for (int i = 0; i < rows.size(); ++i) {
        const ActivityKey key{RunId{rows.uuid(i, 0)}, EventId{rows.int32(i, 1)}};
        if (rows.boolean(i, 3)) {
            pass.busy.insert(key);
        } else if (!rows.boolean(i, 2)) {
            pass.lost.push_back(key);
        }
    }
    return pass;
}

}  // namespace

std::vector<ActivityKey> end_rows(Session& session, std::vector<FencedEnd> ends) {
    std::ranges::sort(ends, {}, [](const FencedEnd& end) { return ActivityKey{end.run, end.activity}; });
    std::vector<ActivityKey> lost;
    bool wait = ends.size() == 1;
    while (!ends.empty()) {
        // Either all that are free at this moment, or the first alone, however long that takes.
        const std::vector<FencedEnd> now = wait ? std::vector<FencedEnd>{ends.front()} : ends;
        const Pass pass = end_once(session, now, wait);
        lost.insert(lost.end(), pass.lost.begin(), pass.lost.end());
        const std::size_t before = ends.size();
        std::set<ActivityKey> done;
        for (const FencedEnd& end : now) {
            if (!pass.busy.contains({end.run, end.activity})) done.emplace(end.run, end.activity);
        }
        std::erase_if(ends, [&](const FencedEnd& end) { return done.contains({end.run, end.activity}); });
        wait = ends.size() == before;
    }
    return lost;
}

std::vector<ActivityKey> hand_out_rows(Session& session, std::vector<FencedHandOut> rows) {
    if (rows.empty()) return {};
    std::ranges::sort(rows, {}, [](const FencedHandOut& row) { return ActivityKey{row.run, row.activity}; });
    Fences fences;
    BinaryArray details{Of::text};
    std::set<ActivityKey> lost;
    for (const FencedHandOut& row : rows) {
        fences.add(row.run, row.activity, row.owner, row.fence);
        details.add(row.heartbeat_details);
        lost.emplace(row.run, row.activity);
    }
    Step step{{"await_activities", sql::await_activities}, {}};
    fences.append_to(step.params);
    step.params.add(details);
    const Rows done = session.run(step);
    for (int i = 0; i < done.size(); ++i) lost.erase({RunId{done.uuid(i, 0)}, EventId{done.int32(i, 1)}});
    return {lost.begin(), lost.end()};
}

Step take_over_step(const std::vector<WorkerNo>& workers, std::int32_t limit,
                    std::chrono::milliseconds settling) {
    BinaryArray numbers{Of::int32};
    for (const WorkerNo worker : workers) numbers.add(worker.value);
    Step step{{"take_over_activities", sql::take_over_activities}, {}};
    step.params.add(numbers).add(limit).add(static_cast<std::int32_t>(settling.count()));
    return step;
}

std::vector<ActivityKey> retry_rows(Session& session, std::vector<FencedRetry> retries) {
    if (retries.empty()) return {};
    std::ranges::sort(
        retries, {}, [](const FencedRetry& retry) { return ActivityKey{retry.row.run, retry.row.activity}; });
    Fences fences;
    BinaryArray attempt{Of::int32}, lost_attempts{Of::int32}, available{Of::moment}, start_by{Of::moment},
        failure{Of::bytes}, details{Of::text};
    std::set<ActivityKey> lost;
    for (const FencedRetry& retry : retries) {
        const ActivityRow& row = retry.row;
        fences.add(row.run, row.activity, retry.owner, retry.fence);
        attempt.add(row.attempt);
        lost_attempts.add(row.lost_attempts);
        available.add(row.available_at);
        start_by.add(row.schedule_to_start_by);
        failure.add(row.last_failure);
        details.add(row.heartbeat_details);
        lost.emplace(row.run, row.activity);
    }
    Step step{{"retry_activities", sql::retry_activities}, {}};
    fences.append_to(step.params);
    step.params.add(attempt).add(lost_attempts).add(available).add(start_by).add(failure).add(details);
    const Rows rows = session.run(step);
    for (int i = 0; i < rows.size(); ++i) lost.erase({RunId{rows.uuid(i, 0)}, EventId{rows.int32(i, 1)}});
    return {lost.begin(), lost.end()};
}

}  // namespace durable::store
