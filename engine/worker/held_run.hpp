#pragma once
// A run that this worker holds, and everything remembered of it between its activations. Owned by the
// Dispatcher.

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "engine/replay/execution.hpp"
#include "engine/store/types.hpp"
#include "engine/worker/verdict.hpp"

namespace durable::worker {

/// An activity that runs in this process under the run's own lease, without a row.
struct EagerActivity {
    AttemptId attempt;
    ActivityFacts facts;
    std::shared_ptr<AttemptControl> control;
    bool transactional = false;
    bool recorded = false;                ///< transactional: its completion waits in the inbox
    std::optional<Timestamp> again_at{};  ///< local: no attempt runs, the next one is due then
    bool ordered = false;                 ///< an operator's order waits for it: a failure is not final
};

/// What a turn has put into a batch: taken back if the batch does not commit it, and its effects on attempts,
/// which happen only once it has.
struct InFlight {
    std::vector<history::Event> results;
    std::vector<store::ActivityRow> rows;
    std::vector<Attempt> starts;
    std::vector<history::Event> results_after;  ///< made by this very activation, for the next one
    std::set<EventId> canceled;                 ///< eager activities to be asked to stop
    std::set<EventId> let_go;                   ///< eager activities that nobody waits for any more
    std::set<std::string> row_queues;           ///< whose workers have something new about activity rows
    std::int64_t inbox_head = 0;
    std::optional<std::string> large_payload{};  ///< to be told: allowed, but near the limit
};

struct HeldRun {
    enum class State : std::uint8_t {
        loading,     ///< waits for history or messages
        ready,       ///< its turn comes with the next batch
        committing,  ///< in a batch on its way
        waiting,     ///< for its eager activities, a timer or a message
    };

    // As the database knows it
    RunId run;
    RunId chain;
    Tenant tenant;
    store::Fence fence;
    std::int32_t activations = 0;
    EventId next_event{2};
    std::int64_t inbox_head = 0;
    std::int32_t failures = 0;
    bool row_marked = false;  ///< its row counts failures, or says that it was taken over: not so any more

    State state = State::loading;
    std::optional<replay::Execution> execution;
    std::vector<store::HistoryRow> history;  ///< loaded, not yet replayed
    std::deque<store::InboxMessage> inbox;   ///< loaded, not yet consumed
    std::optional<Timestamp> wake_at;        ///< while waiting: its place in the Dispatcher's order of timers
    bool has_messages = false;               ///< there are more in the database
    bool page_full = false;                  ///< the last load has left some, as far as it knows
    std::int64_t looked_until = 0;  ///< the inbox has been looked through for other things than signals
    std::int64_t last_other = 0;    ///< the last of these
    bool all_signals = false;       ///< its next activation is given all of them
    bool overlooked = false;        ///< its turn has to be made again, with all messages
    bool ended_elsewhere = false;   ///< its history, as it was loaded, has an end
    bool take_all =
        false;  ///< it could not end because messages waited: its next activation takes all of them
    bool load_queued = false;
    bool paused = false;  ///< no code may run: it is given up once its eager activities have ended
    /// Nobody may be running what is pending without a row: after a cold replay or a take-over.
    bool check_orphans = false;
    std::set<EventId> rows;  ///< activity rows seen when it was loaded

    std::map<EventId, EagerActivity> eager;
    std::vector<history::Event> results;         ///< of eager activities, not yet recorded
    std::vector<store::ActivityRow> retry_rows;  ///< eager activities whose next attempt waits
    InFlight sent;
    std::optional<replay::Blocked> refused;  ///< the database would not take its last activation

    [[nodiscard]] std::int64_t inbox_read() const {
        return inbox.empty() ? inbox_head : inbox.back().sequence;
    }
    /// There is nothing but signals in its inbox.
    [[nodiscard]] bool only_signals() const {
        return looked_until == inbox_read() && last_other <= inbox_head;
    }
};

}  // namespace durable::worker
