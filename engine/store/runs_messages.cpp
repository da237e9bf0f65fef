// Messages to open runs, and ending them from outside.

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "engine/replay/lineage.hpp"
#include "engine/store/live_run.hpp"
#include "engine/store/names.hpp"
#include "engine/store/runs.hpp"
#include "engine/store/text_arrays.hpp"
#include "engine/store/updates.hpp"
#include "engine_store_sql.hpp"

namespace durable::store {
namespace {

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

[[noreturn]] void refuse(const std::string& run, std::int64_t waiting) {
    throw TooMany(
        fmt::format("run {} has {} unread messages, at most {} are allowed: see what it waits for "
                    "(callflex workflow why), and send this one again later",
                    run, waiting, unread_signals_max));
}

SendResult send_result(std::string_view outcome) {
    if (outcome == "delivered") return SendResult::delivered;
    if (outcome == "duplicate") return SendResult::duplicate;
    return outcome == "closed" ? SendResult::closed : SendResult::not_found;
}

SendResult end_now(pqxx::transaction_base& tx, const LiveRun& live, const std::string& reason,
                   const std::string& identity) {
    const HistoryEnd end = history_end(tx, live.run);
    history::Activation last;
    last.first_event = end.next_event;
    last.time = not_before_last_activation(tx, live);
    last.commands.emplace_back(history::WorkflowTerminated{reason, identity});
    const auto told = report(tx, live, last.commands.front());
    tx.exec_params(std::string{sql::end_run}, live.run.value.to_string(), live.chain.value.to_string(),
                   end.next_event.value, bytea_text(history::encode(last)),
                   std::string{replay::to_string(replay::RunStatus::terminated)}, or_null(told),
                   bytea_text(broken_off("was terminated before the update was answered", false)),
                   end.activations + 1);
    return SendResult::delivered;
}

}  // namespace

Sent send(pqxx::transaction_base& tx, const RunRef& to, const history::Event& event,
          const std::string& request_id) {
    check_optional_name("request id", request_id);
    const bool cancels = std::holds_alternative<history::CancelRequested>(event);
    const std::optional<std::string> run = to.run ? std::optional{to.run->value.to_string()} : std::nullopt;
    const auto row =
        tx.exec_params1(std::string{sql::send_to_run}, or_null(run), to.name_space, to.workflow.value,
                        bytea_text(history::encode_event(event)), request_id, cancels);
    const std::string_view outcome = row["outcome"].c_str();
    if (outcome == "too_many") refuse(row["receiver"].c_str(), row["waiting"].as<std::int64_t>());
    return {send_result(outcome), row["queue"].c_str()};
}

SendResult terminate(pqxx::transaction_base& tx, const RunRef& run, const std::string& reason,
                     const std::string& identity) {
    return with_live(tx, run, [&](const LiveRun& live) { return end_now(tx, live, reason, identity); });
}

}  // namespace durable::store
