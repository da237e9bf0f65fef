#pragma once
// Rows of the schedules' tables, as values; included by the store's schedule files only.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/schedule_handover.hpp"
#include "engine/store/schedules.hpp"

namespace durable::store {

/// A locked schedule.
struct ScheduleRow {
    std::string id;
    ScheduleSpec spec;  ///< its input as it is stored
    bool paused = false;
    std::string note;
    std::int64_t actions = 0;
    std::int64_t missed = 0;
    std::int64_t skipped = 0;
    std::optional<Timestamp> next_nominal;
    std::optional<Timestamp>
        rules_since;  ///< SQL has changed the rules: `next_nominal` is the first after this
    std::optional<ScheduleInfo::LastRun> last;
    ScheduleEnds ends;
    std::int64_t revision = 1;
    Timestamp now;
};
enum class RowLock : std::uint8_t { wait, skip };
[[nodiscard]] std::optional<ScheduleRow> lock_schedule(pqxx::transaction_base& tx, const std::string& id,
                                                       RowLock how);
void save_schedule(pqxx::transaction_base& tx, const ScheduleRow& row, std::optional<Timestamp> next_at);

struct BufferedNominal {
    Timestamp nominal;
    ScheduleOrigin origin = ScheduleOrigin::schedule;
    std::optional<OverlapPolicy> overlap;
};
[[nodiscard]] std::vector<BufferedNominal> load_buffer(pqxx::transaction_base& tx, const std::string& id);
void buffer(pqxx::transaction_base& tx, const std::string& id, const std::vector<BufferedNominal>& nominals);
/// All that waits.
void empty_buffer(pqxx::transaction_base& tx, const std::string& id);
void unbuffer(pqxx::transaction_base& tx, const std::string& id,
              const std::vector<BufferedNominal>& nominals);

struct WatchedRun {
    RunId run;
    WorkflowId workflow;
    std::string name_space;
    bool beside = false;
    bool open = true;
    std::string status;               ///< how it ended; "" if that is not known any more
    std::optional<RunId> ended = {};  ///< the last run of its chain
};
[[nodiscard]] std::vector<WatchedRun> load_runs(pqxx::transaction_base& tx, const std::string& id);
void watch(pqxx::transaction_base& tx, const std::string& id, const std::vector<WatchedRun>& runs);
void forget(pqxx::transaction_base& tx, const std::string& id, const std::vector<RunId>& runs);

[[nodiscard]] std::optional<std::string> microseconds_text(const std::optional<Timestamp>& time);

}  // namespace durable::store
