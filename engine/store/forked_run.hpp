#pragma once
// What resets and forks have in common: the run they begin with, whoever has the workflow id, the run they make. For
// reset.cpp and fork.cpp.

#include <optional>
#include <pqxx/pqxx>
#include <set>
#include <string>
#include <vector>

#include "engine/replay/fork_point.hpp"
#include "engine/store/audit.hpp"
#include "engine/store/live_run.hpp"
#include "engine/store/reset.hpp"

namespace durable::store {

struct ForkBase {
    RunId run;
    RunId chain;
    std::string name_space;
    std::string workflow;
    std::string tenant;
    Timestamp now;
};
[[nodiscard]] std::optional<ForkBase> fork_base(pqxx::transaction_base& tx, const RunRef& ref);
/// Its history, as it is kept. Throws ResetRefused if that has been removed.
[[nodiscard]] history::History history_to_fork(pqxx::transaction_base& tx, const ForkBase& base);

/// The run that had the workflow id. Its rows are held until the end of the transaction.
struct NameHolder {
    RunId run;
    RunId chain{};
    std::string request_id;
    bool open = false;
    HistoryEnd end{};
    // What the run that takes its place inherits; unset if it has ended.
    std::optional<std::string> priority{}, weight{}, fairness_key{};
};
[[nodiscard]] std::optional<NameHolder> lock_holder(pqxx::transaction_base& tx, const std::string& name_space,
                                                    const std::string& workflow);
/// Gives the workflow id to `run`. Throws ResetRefused if somebody was faster.
void take_name(pqxx::transaction_base& tx, const ForkBase& base, const std::string& workflow, RunId run,
               const std::optional<NameHolder>& holder);

/// A run that begins with a copy of its base's history.
struct ForkedRun {
    RunId run;
    RunId chain;
    std::string workflow;
    history::Activation first;
    EventId after;
    std::vector<history::Event> inbox;
};
/// `predecessor`: whose place in its queue it takes; null: nobody's. `sources`: runs whose payloads it uses.
void insert_forked(pqxx::transaction_base& tx, const ForkBase& base, const ForkedRun& made,
                   const NameHolder* predecessor, const std::set<RunId>& sources);

/// Asks again for units of semaphores that the base's code had asked for, before the run is inserted.
void ask_for_units(pqxx::transaction_base& tx, const ForkBase& base, RunId run,
                   const std::vector<replay::UnitsAtPoint>& units);

/// The result of an earlier, identical request, if there was one.
[[nodiscard]] std::optional<ResetResult> made_before(pqxx::transaction_base& tx, const ForkBase& base,
                                                     RunId run, const std::string& request_id);
/// Remembers the request, and leaves the audit row.
void conclude(pqxx::transaction_base& tx, const ForkBase& base, const ResetResult& made,
              const std::string& request_id, AuditEntry entry);

/// What the new run's history says of its origin.
[[nodiscard]] history::Forked origin(RunId base, const replay::ForkPoint& point, const std::string& reason,
                                     const std::string& identity);
[[nodiscard]] const std::string& queue_in(const history::Activation& first);

}  // namespace durable::store
