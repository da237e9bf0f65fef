#pragma once
// Quarantine: the state of a database that was restored to an earlier moment. It does not know what was done after that
// moment, and nobody may do it again before somebody has looked: no worker can register, nothing leaves; what comes in
// is stored. Not to be mixed up with quarantine() of pause.hpp, which takes a single run away from a worker.
//
// Inside the caller's transaction; begin and end leave an audit row.

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/queues.hpp"
#include "engine/workflow/ids.hpp"
#include "engine/workflow/time.hpp"

namespace durable::store {

/// A quarantine, open or ended.
struct Quarantine {
    Timestamp restored_to{};  ///< the data is complete up to then
    Timestamp began_at{};     ///< runs that had started by then are in doubt
    std::string identity;     ///< who has begun it
    std::string reason;       ///< and why
    std::optional<Timestamp> ended_at{};
    std::optional<std::string> ended_by{};

    [[nodiscard]] bool open() const { return !ended_at; }
};

/// False: there is one already. Without `restored_to` it is the newest moment that the data itself tells of.
bool begin_quarantine(pqxx::transaction_base& tx, const std::optional<Timestamp>& restored_to,
                      const OperatorAct& act);
/// False: there is none.
bool end_quarantine(pqxx::transaction_base& tx, const OperatorAct& act);
/// The last one; none: there never was any.
[[nodiscard]] std::optional<Quarantine> last_quarantine(pqxx::transaction_base& tx);

/// An activity that an open run had ordered and not heard of when the database was restored: it may have been done
/// since.
struct DoubtfulActivity {
    RunId run;
    EventId activity;  ///< the id of its ActivityScheduled event
    WorkflowId workflow;
    std::string workflow_type;
    Tenant tenant;
    std::string type;
    bool at_most_once =
        false;  ///< its hook asks the vendor before it is sent; others go out again with the same key
    Timestamp scheduled_at{};
};
/// Of runs that had started by the last quarantine, oldest first.
[[nodiscard]] std::vector<DoubtfulActivity> doubtful_activities(pqxx::transaction_base& tx,
                                                                std::int32_t limit);

}  // namespace durable::store
