#pragma once
// Beginning anew from somewhere in a history: in the same chain (reset), or beside it under a workflow id of its own
// (fork). Inside the caller's transaction, like every verb of runs.hpp; all or nothing.
//
// Lock order: workflow_ids -> live_runs (the open run, then children by key) -> activities -> inbox.

#include <functional>
#include <optional>
#include <pqxx/pqxx>
#include <stdexcept>
#include <string>

#include "engine/replay/fork_point.hpp"
#include "engine/store/runs.hpp"

namespace durable::store {

/// Chooses the point in the base's history, which nobody can change while it looks. Throws ResetRefused if
/// there is none.
using PointChooser = std::function<replay::ForkPoint(RunId base, const history::History&)>;

/// The history has no such point, or what is asked for cannot be done to this run; the text says why.
class ResetRefused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// What came after the point and is not delivered again.
struct ReapplyExclude {
    bool signals = false;
    bool cancels = false;
    bool updates = false;
};

struct ResetRequest {
    RunRef base;
    RunId run;  ///< the new one, made by the caller (IdSource): what makes a repeat recognisable
    PointChooser point;
    std::string reason{};
    std::string identity{};
    std::string request_id{};  ///< "" = none; once for a workflow id, however long after
    ReapplyExclude exclude{};
    std::optional<Uuid> batch{};  ///< the job that asks for it, if one does
};

struct ResetResult {
    RunId run;                          ///< that goes on
    RunId base;                         ///< whose history it begins with
    EventId after{};                    ///< the last event copied
    int resent = 0;                     ///< signals delivered again
    int children_ended = 0;             ///< that were started after the point
    std::optional<RunId> terminated{};  ///< the run that was open
    std::string queue{};                ///< whose workers are to be told
    bool repeated = false;              ///< this very request had been met before
};

/// The chain goes on from the point, in a new run. The open run of the workflow id is terminated, whoever it
/// is. Messages that the chain got after the point are delivered again, in order. Activities that were
/// pending are scheduled again, their time-outs counting from now. Children from before the point stay and
/// report to the new run (one that has closed meanwhile: its true outcome); children from after it are
/// terminated, so that their ids are free. None: no such run.
std::optional<ResetResult> reset(pqxx::transaction_base& tx, const ResetRequest& request);

struct ForkRequest {
    RunRef base;
    RunId run;
    PointChooser point;
    WorkflowId workflow;  ///< of the fork; must not be open
    std::string reason{};
    std::string identity{};
    std::string request_id{};
};

/// A run under a workflow id of its own that begins with the base's history; the base is not touched, no message is
/// delivered again. Children that were open at the point belong to the base: the fork is told how they have ended, or
/// that they are not its own. None: no such run. Throws ResetRefused if the workflow id is open.
std::optional<ResetResult> fork(pqxx::transaction_base& tx, const ForkRequest& request);

/// The newest run that `run` has led to: by continue-as-new, retry or reset; itself if it has not.
[[nodiscard]] RunId last_of_chain(pqxx::transaction_base& tx, RunId run);
/// The run that took over where one ended with this event, if one did.
[[nodiscard]] std::optional<RunId> successor(const history::Event& end);

}  // namespace durable::store
