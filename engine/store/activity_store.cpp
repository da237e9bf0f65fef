// ActivityStore: claiming, ending and heartbeats of activity rows. Transactional activities are in
// transactional.cpp.

#include "engine/store/activity_impl.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <set>

#include "engine/store/activity_ends.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

using Of = BinaryArray::Of;

SessionOptions activity_session(std::string connection_string, IdSource& ids) {
    SessionOptions options;
    options.connection_string = std::move(connection_string);
    options.application_name = fmt::format("callflex activities {} {:x}", ::getpid(), ids.token());
    options.hot_plans = true;
    return options;
}

BinaryArray text_array(const std::vector<std::string>& texts) {
    BinaryArray array{Of::text};
    for (const std::string& text : texts) array.add(std::string_view{text});
    return array;
}

/// In one transaction: the middle one gives the rows, the last one says when a limit lets more through.
std::vector<Step> claim_steps(WorkerNo worker, std::int64_t token, const std::string& queue,
                              const std::vector<std::string>& types, std::int32_t limit) {
    const BinaryArray names = text_array(types);
    std::vector<Step> steps(3);
    steps[0].statement = {"hold_limits", sql::hold_limits};
    steps[0].params.add(token).add(std::string_view{queue}).add(names).add(limit);
    steps[1].statement = {"claim_activities", sql::claim_activities};
    steps[1].params.add(worker.value).add(token).add(std::string_view{queue}).add(names).add(limit);
    steps[2].statement = {"rest_lines", sql::rest_lines};
    steps[2].params.add(token).add(std::string_view{queue}).add(names).add(limit);
    return steps;
}

ClaimedActivity claimed_activity(const Rows& rows, int i, std::int64_t token) {
    ClaimedActivity claimed;
    ActivityRow& row = claimed.row;
    row.run = RunId{rows.uuid(i, 1)};
    row.activity = EventId{rows.int32(i, 2)};
    claimed.fence = {rows.int32(i, 3), token};
    row.attempt = rows.int32(i, 4);
    row.lost_attempts = rows.int32(i, 5);
    claimed.cancel_requested = rows.boolean(i, 6);
    row.scheduled_at = rows.moment(i, 7);
    row.available_at = rows.moment(i, 8);
    row.schedule_to_start_by = rows.moment_or_none(i, 9);
    row.close_by = rows.moment_or_none(i, 10);
    row.queue = rows.bytes(i, 11);
    row.type = rows.bytes(i, 12);
    row.tenant = Tenant{rows.bytes(i, 13)};
    row.task = rows.bytes(i, 14);
    row.last_failure = rows.bytes_or_none(i, 15);
    row.heartbeat_details = rows.bytes_or_none(i, 16);
    claimed.workflow = WorkflowId{rows.bytes(i, 17)};
    return claimed;
}

/// Runs, activities, epochs and tokens of beats.
struct BeatArrays {
    BinaryArray run{Of::uuid}, activity{Of::int32}, epoch{Of::int32}, token{Of::int64};

    explicit BeatArrays(const std::vector<const ActivityStore::Beat*>& beats) {
        for (const auto* beat : beats) {
            run.add(beat->run.value);
            activity.add(beat->activity.value);
            epoch.add(beat->fence.epoch);
            token.add(beat->fence.token);
        }
    }
};

Step beat_step(WorkerNo worker, std::vector<const ActivityStore::Beat*> beats) {
    std::ranges::sort(beats, {},
                      [](const ActivityStore::Beat* beat) { return ActivityKey{beat->run, beat->activity}; });
    const BeatArrays keys{beats};
    BinaryArray details{Of::text};
    for (const auto* beat : beats) details.add(beat->details);
    Step step{{"beat_activities", sql::beat_activities}, {}};
    step.params.add(worker.value)
        .add(keys.run)
        .add(keys.activity)
        .add(keys.epoch)
        .add(keys.token)
        .add(details);
    return step;
}

Step question_step(WorkerNo worker, const std::vector<const ActivityStore::Beat*>& beats) {
    const BeatArrays keys{beats};
    Step step{{"asked_of_activities", sql::asked_of_activities}, {}};
    step.params.add(worker.value).add(keys.run).add(keys.activity).add(keys.epoch).add(keys.token);
    return step;
}

}  // namespace

ActivityStore::Impl::Impl(std::string connection_string, Faults given_faults)
    : faults(std::move(given_faults)),
      url(std::move(connection_string)),
      session(activity_session(url, ids), faults),
      transactional_label(fmt::format("callflex transactional {} {:x}", ::getpid(), ids.token())) {}

ActivityStore::ActivityStore(std::string connection_string, Faults faults)
    : impl_(std::make_unique<Impl>(std::move(connection_string), std::move(faults))) {}
ActivityStore::~ActivityStore() = default;
ActivityStore::ActivityStore(ActivityStore&&) noexcept = default;

std::vector<ClaimedActivity> ActivityStore::claim(WorkerNo worker, const std::string& queue,
                                                  const std::vector<std::string>& types, std::int32_t limit,
                                                  ClaimTimes* times) {
    // The rows of a claim that may have succeeded unheard are found first, by its token.
    const bool inherited = impl_->unsettled_claim.has_value();
    std::int64_t token = impl_->unsettled_claim.value_or(0);
    std::optional<Timestamp> look_again_at;
    const auto claim_now = [&] {
        token = impl_->ids.token();
        impl_->unsettled_claim = token;
        std::vector<Rows> rows =
            impl_->session.run("claim_activities", claim_steps(worker, token, queue, types, limit));
        look_again_at = rows[2].moment_or_none(0, 0);
        return std::move(rows[1]);
    };
    const auto find_or_claim = [&] {
        impl_->end_old_session();
        Step look{{"claimed_activities", sql::claimed_activities}, {}};
        look.params.add(worker.value).add(token);
        Rows found = impl_->session.run(look);
        return found.size() > 0 ? std::move(found) : claim_now();
    };
    const Rows rows = impl_->persist(find_or_claim, claim_now, inherited);
    impl_->unsettled_claim.reset();

    if (times != nullptr) *times = {rows.moment(0, 0), look_again_at};
    std::vector<ClaimedActivity> claimed;
    for (int i = 0; i < rows.size(); ++i) {
        if (!rows.is_null(i, 1)) claimed.push_back(claimed_activity(rows, i, token));
    }
    return claimed;
}

bool ActivityStore::give_back(WorkerNo worker, std::chrono::milliseconds settling) {
    constexpr std::int32_t rows_max = 1000;
    Step look{{"owns_activities", sql::owns_activities}, {}};
    look.params.add(worker.value);
    const std::vector<Step> steps{take_over_step({worker}, rows_max, settling), look};
    const auto give = [&] { return !impl_->session.run("give_back", steps).back().boolean(0, 0); };
    return impl_->persist(give, give, false);
}

std::vector<std::pair<RunId, EventId>> ActivityStore::end(WorkerNo worker,
                                                          const std::vector<ActivityEnd>& ends) {
    std::vector<FencedEnd> finished;
    std::vector<FencedRetry> retries;
    std::vector<FencedHandOut> handed_out;
    for (const ActivityEnd& end : ends) {
        if (int{end.result.has_value()} + int{end.again.has_value()} + int{end.awaits} != 1) {
            throw std::logic_error(
                "an attempt ends with a result, with another attempt, or handed out: exactly one");
        }
        if (end.result)
            finished.push_back({end.run, end.activity, worker, end.fence, *end.result, end.failed});
        if (end.again) retries.push_back({worker, end.fence, *end.again});
        if (end.awaits)
            handed_out.push_back({end.run, end.activity, worker, end.fence, end.heartbeat_details});
    }
    // All are fenced, so after a lost reply they are sent again; a row that is gone then was ended by the
    // first try.
    std::vector<ActivityKey> lost;
    const auto send = [&](bool first_try) {
        auto losers = end_rows(impl_->session, finished);
        for (const auto& more :
             {retry_rows(impl_->session, retries), hand_out_rows(impl_->session, handed_out)})
            losers.insert(losers.end(), more.begin(), more.end());
        if (first_try) lost = std::move(losers);
        return true;
    };
    impl_->persist([&] { return send(false); }, [&] { return send(true); }, false);
    return lost;
}

std::vector<ActivityStore::BeatResult> ActivityStore::heartbeat(WorkerNo worker,
                                                                const std::vector<Beat>& beats) {
    std::vector<const Beat*> signs;
    std::vector<const Beat*> questions;
    std::map<ActivityKey, BeatResult> results;
    for (const Beat& beat : beats) {
        (beat.awaited || beat.details ? signs : questions).push_back(&beat);
        results[{beat.run, beat.activity}] = {beat.run, beat.activity, false, true, false};
    }
    std::vector<Step> steps;
    if (!signs.empty()) steps.push_back(beat_step(worker, std::move(signs)));
    if (!questions.empty()) steps.push_back(question_step(worker, questions));
    for (const Step& step : steps) {
        const auto ask = [&] { return impl_->session.run(step); };
        const Rows rows = impl_->persist(ask, ask, false);
        for (int i = 0; i < rows.size(); ++i) {
            BeatResult& result = results[{RunId{rows.uuid(i, 0)}, EventId{rows.int32(i, 1)}}];
            result.lost = false;
            result.cancel_requested = rows.boolean(i, 2);
            result.restart = !rows.is_null(i, 3) && rows.boolean(i, 3);
        }
    }
    std::vector<BeatResult> answers;
    answers.reserve(beats.size());
    for (const Beat& beat : beats) answers.push_back(results[{beat.run, beat.activity}]);
    return answers;
}

void ActivityStore::reconnect() noexcept {
    impl_->session.drop();
}

void ActivityStore::Impl::end_old_session() {
    Step step{{"end_session", sql::end_session}, {}};
    step.params.add(std::string_view{session.label()});
    session.run(step);
}

}  // namespace durable::store
