#pragma once
// What the next run of a schedule is told of those before it: the newest result, and the newest failure if
// nothing has completed since. Included by the store's schedule files only.
//
// Payloads go from history to history as they are, compressed, encrypted or stored apart: the schedule's
// worker needs no key. One that is erased, or went with its run, is not handed on; neither is anything to a
// run of another namespace, type, tenant or person.

#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/schedule/spec.hpp"
#include "engine/workflow/failure.hpp"
#include "engine/workflow/ids.hpp"

namespace durable::store {

/// The runs whose ends count.
struct ScheduleEnds {
    std::optional<RunId> completed;
    std::optional<RunId> failed;  ///< since
};

struct Handover {
    Payload result{};  ///< null: none
    std::optional<Failure> failure{};
    std::vector<std::string> digests{};  ///< of payloads that are stored apart
};

/// The caller holds the schedule's row.
[[nodiscard]] Handover hand_over(pqxx::transaction_base& tx, const ScheduleEnds& ends,
                                 const ScheduledWorkflow& to);
/// `run` has been started with it.
void take_over(pqxx::transaction_base& tx, const Handover& handover, RunId run);

}  // namespace durable::store
