// Messages to open runs, and ending them from outside.

#include <algorithm>
#include <functional>

#include "engine/replay/lineage.hpp"
#include "engine/store/names.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

/// A chain may continue as new as fast as we look; that many times in a row it does not.
constexpr int races_max = 10'000;

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

/// Where a reference leads that has not led to an open run: its workflow id may have passed to another one,
/// its run may have continued as new.
std::optional<RunId> look_again(pqxx::transaction_base& tx, const RunRef& ref, RunId run) {
    if (!ref.run) return resolve(tx, ref);
    return newest_of_chain(tx, run);
}

/// Locks the open run that `ref` names and hands it to `act`. While we wait for the lock the run may end,
/// and the name, or the chain, go on with another one; then we look again.
SendResult with_live(pqxx::transaction_base& tx, const RunRef& ref,
                     const std::function<SendResult(const LiveRun&)>& act) {
    std::optional<RunId> run = resolve(tx, ref);
    for (int race = 0; race < races_max && run; ++race) {
        if (const auto live = lock_live(tx, *run)) return act(*live);
        const auto again = look_again(tx, ref, *run);
        if (!again || again == run) return SendResult::closed;
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

/// What the parent of a run is told, if it has one that waits: encoded.
std::optional<std::string> report(pqxx::transaction_base& tx, const LiveRun& live,
                                  const history::Event& end) {
    if (tx.exec_params(std::string{sql::parent_of_child}, live.chain.value.to_string()).empty())
        return std::nullopt;
    const auto rows = load_history(tx, live.run);
    const auto first = history::decode_activation(rows.front().first_event, rows.front().bytes);
    const auto& started = std::get<history::WorkflowStarted>(first.arrived.front());
    const auto event = replay::report_to_parent({live.run, live.chain, started}, end);
    if (!event) return std::nullopt;
    return bytea_text(history::encode_event(*event));
}

SendResult end_now(pqxx::transaction_base& tx, const LiveRun& live, const std::string& reason,
                   const std::string& identity) {
    history::Activation last;
    last.first_event = live.next_event;
    last.time = not_before_last_activation(tx, live);
    last.commands.emplace_back(history::WorkflowTerminated{reason, identity});
    const auto told = report(tx, live, last.commands.front());
    tx.exec_params(std::string{sql::end_run}, live.run.value.to_string(), live.chain.value.to_string(),
                   live.next_event.value, bytea_text(history::encode(last)),
                   std::string{replay::to_string(replay::RunStatus::terminated)}, or_null(told));
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
