#include "engine/store/activity_answers.hpp"

#include <fmt/format.h>

#include <functional>

#include "engine/store/activity_place.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine/workflow/retry.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

std::string name_of(const CompletionToken& token) {
    return fmt::format("activity {} of run {}", token.activity.value, token.run.value.to_string());
}

bool opens(const CompletionToken& token, const HeldActivity& row) {
    return row.begun() && row.fence == token.fence;
}

/// Whether what has ended the activity is this very answer.
using Recognise = std::function<bool(const history::Event& outcome)>;

Answer refusal(AnswerOutcome outcome, std::string problem) {
    Answer answer;
    answer.outcome = outcome;
    answer.problem = std::move(problem);
    return answer;
}

Answer stale(const CompletionToken& token, const HeldActivity& row) {
    const char* now = row.owner      ? "another attempt runs"
                      : row.awaiting ? "a later attempt was handed out under another token"
                      : row.paused   ? "it is paused"
                                     : "it waits for its next attempt";
    return refusal(AnswerOutcome::stale,
                   fmt::format("the token of {} is stale: its attempt timed out, was reset, or was lost; {} "
                               "(attempt {})",
                               name_of(token), now, row.attempt));
}

Answer without_row(const CompletionToken& token, const ActivityRecord& record, bool open,
                   const Recognise& recognise) {
    if (record.outcome && recognise(*record.outcome)) {
        Answer answer;
        answer.outcome = AnswerOutcome::repeated;
        return answer;
    }
    if (!record.scheduled) {
        return refusal(AnswerOutcome::not_found, fmt::format("there is no {}", name_of(token)));
    }
    if (record.outcome) {
        return refusal(AnswerOutcome::ended,
                       fmt::format("{} has ended already, in another way", name_of(token)));
    }
    if (!open) return refusal(AnswerOutcome::closed, fmt::format("the run of {} has ended", name_of(token)));
    return refusal(AnswerOutcome::stale,
                   fmt::format("the token of {} is stale: another worker runs it again", name_of(token)));
}

/// Holds the run and the activity and lets `act` do the rest, if the token opens it.
Answer with_token(pqxx::transaction_base& tx, const CompletionToken& token, const Recognise& recognise,
                  PayloadGate* gate,
                  const std::function<void(const HeldLiveRun&, const HeldActivity&)>& act) {
    const auto live = hold_live_run(tx, token.run);
    const auto row = live ? hold_activity(tx, token.run, token.activity) : std::nullopt;
    if (!row) {
        const RunId chain = live ? live->chain : token.run;
        return without_row(token, activity_record(tx, token.run, chain, token.activity, gate),
                           live.has_value(), recognise);
    }
    if (!opens(token, *row)) return stale(token, *row);
    act(*live, *row);
    Answer answer;
    answer.outcome = AnswerOutcome::accepted;
    answer.run_queue = live->queue;
    answer.activity_queue = row->queue;
    return answer;
}

void back_to_wait(pqxx::transaction_base& tx, const CompletionToken& token, const HeldActivity& row,
                  PayloadGate* gate, const Failure& failure, Timestamp at) {
    const bool anew = row.after_attempt == "restart";
    const int attempt = anew ? 1 : row.attempt + 1;
    const auto start_by = limit_text(row.task.options.schedule_to_start);
    const auto seen = sealed_event(tx, token.run, history::ActivityFailed{token.activity, failure}, gate);
    tx.exec_params(std::string{sql::fail_attempt}, token.run.value.to_string(), token.activity.value, attempt,
                   at.time_since_epoch().count(), or_null(start_by), bytea_text(seen), !anew);
}

void fail_attempt(pqxx::transaction_base& tx, const CompletionToken& token, const HeldLiveRun& live,
                  const HeldActivity& row, const Failure& failure, PayloadGate* gate) {
    const RetryDecision decision =
        decide_retry(row.task.options.retry,
                     {failure, row.attempt, row.lost_attempts, row.now, row.close_by, row.cancel_requested});
    const bool ordered = !row.after_attempt.empty() && !row.cancel_requested;
    if (decision.next_attempt_at || ordered) {
        const Timestamp at = ordered ? row.now : *decision.next_attempt_at;
        return back_to_wait(tx, token, row, gate, failure, at);
    }
    Failure last = final_failure({row.task.type, token.activity, row.attempt, decision.gave_up}, failure);
    settle_activity(tx, live, token.activity, history::ActivityFailed{token.activity, std::move(last)}, gate);
}

}  // namespace

Answer complete_activity(pqxx::transaction_base& tx, const CompletionToken& token, const Payload& result,
                         PayloadGate* gate) {
    const auto same = [&](const history::Event& outcome) {
        const auto* completed = std::get_if<history::ActivityCompleted>(&outcome);
        return completed != nullptr && completed->result == result;
    };
    return with_token(tx, token, same, gate, [&](const HeldLiveRun& live, const HeldActivity& row) {
        settle_activity(tx, live, token.activity,
                        history::ActivityCompleted{token.activity, result, row.attempt}, gate);
    });
}

Answer fail_activity(pqxx::transaction_base& tx, const CompletionToken& token, const Failure& given,
                     PayloadGate* gate) {
    const Failure failure = bounded(given);
    const auto same = [&](const history::Event& outcome) {
        const auto* failed = std::get_if<history::ActivityFailed>(&outcome);
        return failed != nullptr && failed->failure.cause && *failed->failure.cause == failure;
    };
    return with_token(tx, token, same, gate, [&](const HeldLiveRun& live, const HeldActivity& row) {
        fail_attempt(tx, token, live, row, failure, gate);
    });
}

TokenBeat heartbeat_activity(pqxx::transaction_base& tx, const CompletionToken& token,
                             const std::optional<Payload>& details, PayloadGate* gate) {
    TokenBeat beat;
    const auto never = [](const history::Event&) { return false; };
    beat.answer = with_token(tx, token, never, nullptr, [&](const HeldLiveRun&, const HeldActivity& row) {
        const auto json = details ? std::optional{sealed(tx, token.run, *details, gate).json} : std::nullopt;
        tx.exec_params(std::string{sql::beat_token}, token.run.value.to_string(), token.activity.value,
                       or_null(json));
        beat.cancel_requested = row.cancel_requested;
        beat.paused = row.paused;
        beat.reset = row.after_attempt == "restart";
    });
    return beat;
}

}  // namespace durable::store
