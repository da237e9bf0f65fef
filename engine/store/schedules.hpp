#pragma once
// Schedules in the database: each verb *inside a caller's transaction*, as in runs.hpp. Nothing here commits,
// notifies or retries. Everybody who acts on a schedule holds its row, so of all workers and clients one acts
// at a time; a nominal time starts its run in the transaction that moves the schedule past it.
//
// Lock order: schedules -> workflow_ids -> live_runs -> inbox. Time is the database's.
//
// Inputs of runs are plain JSON here and sealed in rows: `gate` is what stands between. One without keys
// hands on what others have sealed.

#include <optional>
#include <pqxx/pqxx>
#include <span>
#include <string>
#include <vector>

#include "engine/schedule/spec.hpp"
#include "engine/store/id_source.hpp"
#include "engine/store/types.hpp"

namespace durable::store {

class PayloadGate;

struct ScheduleInfo {
    ScheduleSpec spec;
    std::string unreadable{};  ///< why the input of the spec is a tombstone; "": it is the input
    bool paused = false;
    std::string note;
    bool unread = false;       ///< it was declared by SQL, and no worker has looked at its rules yet
    std::int64_t actions = 0;  ///< scheduled runs so far
    std::int64_t missed = 0;   ///< nominal times that passed while nobody could act
    std::int64_t skipped = 0;  ///< left out by the overlap policy
    std::int64_t waiting = 0;  ///< nominal times in the buffer
    std::int64_t running = 0;  ///< runs that are open
    std::optional<Timestamp> next_nominal;  ///< none: the schedule is over. Not meant while it is paused
    std::optional<Timestamp> next_at;       ///< when somebody will look (the nominal time and its jitter)
    struct LastRun {
        Timestamp nominal;
        WorkflowId workflow;
        RunId run;
    };
    std::optional<LastRun> last;
    Timestamp created_at;
    Timestamp updated_at;       ///< when the spec changed
    std::int64_t revision = 1;  ///< grows with every change of the spec: what update_schedule compares
    Timestamp now;
};
/// By id.
[[nodiscard]] std::vector<ScheduleInfo> list_schedules(pqxx::transaction_base& tx, PayloadGate& gate);
[[nodiscard]] std::optional<ScheduleInfo> find_schedule(pqxx::transaction_base& tx, PayloadGate& gate,
                                                        const std::string& id);

/// Ids of what apply_schedules did.
struct ScheduleChanges {
    std::vector<std::string> created;
    std::vector<std::string> updated;
    std::vector<std::string> undeclared;  ///< in the database only: they go on, somebody should decide
};
/// Makes the database's schedules those of the list. May be repeated; an equal spec changes nothing; pause,
/// note and counts stay, and so does an input that is encrypted and cannot be read here. Throws
/// schedule::ScheduleError before anything is written, and PayloadTooLarge.
ScheduleChanges apply_schedules(pqxx::transaction_base& tx, PayloadGate& gate,
                                std::span<const ScheduleSpec> specs);

/// False: there is one of that id. Throws schedule::ScheduleError, PayloadTooLarge.
bool create_schedule(pqxx::transaction_base& tx, PayloadGate& gate, const ScheduleSpec& spec);
enum class ScheduleUpdate : std::uint8_t {
    updated,
    unchanged,  ///< it is so already
    not_found,
    conflict,  ///< somebody else has changed it since `revision`
};
/// Another spec for the schedule of that id. `revision`: only if that is still its revision. Pause, note and
/// counts stay, and so does an input that cannot be read here, unless another one is given than is shown in
/// its place.
ScheduleUpdate update_schedule(pqxx::transaction_base& tx, PayloadGate& gate, const ScheduleSpec& spec,
                               std::optional<std::int64_t> revision);

/// False: there is no such schedule (also below). What passes during a pause is not made up for. Unpausing
/// throws schedule::ScheduleError when the rules, which SQL has declared, make no sense.
bool pause_schedule(pqxx::transaction_base& tx, const std::string& id, const std::string& note);
bool unpause_schedule(pqxx::transaction_base& tx, const std::string& id, const std::string& note);
/// Its runs go on.
bool delete_schedule(pqxx::transaction_base& tx, const std::string& id);

/// Where a nominal time comes from.
enum class ScheduleOrigin : std::uint8_t { backfill, schedule, trigger };
BOOST_DESCRIBE_ENUM(ScheduleOrigin, backfill, schedule, trigger)

/// What became of a nominal time.
enum class ScheduleFate : std::uint8_t {
    started,
    existed,  ///< a run has its workflow id already, which counts as started
    waits,    ///< in the buffer
    skipped,  ///< by the overlap policy
};
BOOST_DESCRIBE_ENUM(ScheduleFate, started, existed, waits, skipped)

struct ScheduleDecision {
    Timestamp nominal;
    ScheduleOrigin origin = ScheduleOrigin::schedule;
    ScheduleFate fate = ScheduleFate::waits;
    WorkflowId workflow{};
    std::optional<RunId> run{};  ///< of what was started or existed
};
/// What one transaction did with a schedule.
struct ScheduleTurn {
    std::vector<ScheduleDecision> decided;
    std::vector<RunId> terminated;
    std::int64_t missed = 0;
    bool canceled_a_run = false;
    bool paused_by_failure = false;
    std::string
        refused{};  ///< why its rules, declared by SQL, make no sense: it was paused with this as its note
    bool more = false;  ///< another turn can act at once
    std::string queue;  ///< of its runs
};
/// Acts on whatever the schedule has to do now. None: it does not exist, or another worker has it.
std::optional<ScheduleTurn> take_schedule_turn(pqxx::transaction_base& tx, PayloadGate& gate, IdSource& ids,
                                               const std::string& id);
/// One run now, whether paused or not. `nominal` is its name: the same again is the same run. `overlap`:
/// instead of the schedule's policy. Throws schedule::ScheduleError when rules that SQL has declared make no
/// sense.
std::optional<ScheduleTurn> trigger_schedule(pqxx::transaction_base& tx, PayloadGate& gate, IdSource& ids,
                                             const std::string& id, Timestamp nominal,
                                             std::optional<OverlapPolicy> overlap);
/// Puts the nominal times of [from, until) into the buffer, to be run whether paused or not, however old.
/// Returns their number. Throws std::invalid_argument if more than 1,000 would wait.
std::optional<std::size_t> backfill_schedule(pqxx::transaction_base& tx, const std::string& id,
                                             Timestamp from, Timestamp until, OverlapPolicy overlap);

struct DueSchedules {
    std::vector<std::string> ids;
    std::optional<Duration> next_in;  ///< until the next one that is not due yet
};
/// From the rows of schedules_due.sql.
[[nodiscard]] DueSchedules due_schedules(const pqxx::result& rows);

}  // namespace durable::store
