// Messages to open runs, and ending them from outside.

#include <algorithm>
#include <functional>

#include "engine/store/names.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

constexpr int races_max = 5;

struct LiveRun {
    RunId run;
    RunId chain;
    EventId next_event;
    Timestamp now;
};

std::optional<LiveRun> lock_live(pqxx::transaction_base& tx, RunId run) {
    const auto rows = tx.exec_params(std::string{sql::lock_live_run}, run.value.to_string());
    if (rows.empty()) return std::nullopt;
    return LiveRun{run, RunId{uuid_of(rows[0][0].c_str())}, EventId{rows[0][2].as<std::int32_t>()},
                   Timestamp{Duration{rows[0][3].as<std::int64_t>()}}};
}

/// Locks the open run that `ref` names and hands it to `act`. A workflow id may pass to another run while we
/// wait for the lock; then we look again.
SendResult with_live(pqxx::transaction_base& tx, const RunRef& ref,
                     const std::function<SendResult(const LiveRun&)>& act) {
    std::optional<RunId> run = resolve(tx, ref);
    for (int race = 0; race < races_max && run; ++race) {
        if (const auto live = lock_live(tx, *run)) return act(*live);
        const auto again = resolve(tx, ref);
        if (again == run) return SendResult::closed;
        run = again;
    }
    return run ? SendResult::closed : SendResult::not_found;
}

/// Time never goes back inside a history, even if this transaction is older than its last activation.
Timestamp not_before_last_activation(pqxx::transaction_base& tx, const LiveRun& live) {
    const auto rows = tx.exec_params(std::string{sql::last_activation}, live.run.value.to_string());
    if (rows.empty()) return live.now;
    const EventId first{rows[0][0].as<std::int32_t>()};
    return std::max(live.now, history::decode_activation(first, bytes_of(rows[0][2].c_str())).time);
}

SendResult end_now(pqxx::transaction_base& tx, const LiveRun& live, const std::string& reason,
                   const std::string& identity) {
    history::Activation last;
    last.first_event = live.next_event;
    last.time = not_before_last_activation(tx, live);
    last.commands.emplace_back(history::WorkflowTerminated{reason, identity});
    tx.exec_params(std::string{sql::end_run}, live.run.value.to_string(), live.chain.value.to_string(),
                   live.next_event.value, bytea_text(history::encode(last)),
                   std::string{replay::to_string(replay::RunStatus::terminated)});
    return SendResult::delivered;
}

}  // namespace

SendResult send(pqxx::transaction_base& tx, const RunRef& to, const history::Event& event,
                const std::string& request_id) {
    check_optional_name("request id", request_id);
    const bool cancels = std::holds_alternative<history::CancelRequested>(event);
    return with_live(tx, to, [&](const LiveRun& live) {
        const auto sent = tx.exec_params(std::string{sql::send_message}, live.run.value.to_string(),
                                         live.chain.value.to_string(), request_id,
                                         bytea_text(history::encode_event(event)), cancels);
        return sent.affected_rows() == 1 ? SendResult::delivered : SendResult::duplicate;
    });
}

SendResult terminate(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                     const std::string& identity) {
    return with_live(tx, run, [&](const LiveRun& live) { return end_now(tx, live, reason, identity); });
}

}  // namespace durable::store
