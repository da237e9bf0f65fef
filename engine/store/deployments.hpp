#pragma once
// Which build runs what, each verb *inside a caller's transaction*. A deployment is a queue that is routed:
// one build is current, at most one other is ramping. What a build has to show before it gets runs is a
// verdict of engine/deploy, or an operator's reason; the database itself refuses a route to a build with
// neither.
//
// Every change leaves an audit row whose target is the queue. Not thread-safe beyond the transaction given.

#include <cstdint>
#include <optional>
#include <pqxx/pqxx>
#include <string>
#include <vector>

#include "engine/store/runs.hpp"

namespace durable::store {

struct Deployment {
    std::string queue;
    std::string current;
    std::optional<std::string> ramping;
    int percent = 0;  ///< of the workflow ids that start; 0: nothing ramps
    Timestamp changed_at;
};

/// What is known of one build on one queue.
struct BuildInfo {
    enum class State : std::uint8_t {
        current,
        ramping,
        draining,  ///< replaced, and open runs are pinned to it
        drained,   ///< replaced, and nothing needs it
        waiting,   ///< has workers or a verdict, was never let in
    };
    std::string build;
    State state = State::waiting;
    int percent = 0;  ///< while ramping
    std::int64_t pinned_runs = 0;
    std::int64_t ramped_runs = 0;  ///< open ones that its ramp has given it
    int workers = 0;               ///< with a live lease
    std::optional<Timestamp> let_in_at;
    std::optional<Timestamp> left_at;
    std::optional<std::string> forced;  ///< why it was let in without a good verdict
    struct Judged {
        bool passed = false;
        Timestamp at;
        int open_runs = 0;
        int broken_runs = 0;
        int closed_broken = 0;
    };
    std::optional<Judged> verdict;  ///< the newest
};
[[nodiscard]] std::string_view to_string(BuildInfo::State state);

/// A check's outcome as it is kept.
struct NewVerdict {
    std::string queue;
    std::string build;
    Timestamp at;  ///< of the snapshot
    int open_runs = 0;
    int broken_runs = 0;
    int closed_runs = 0;
    int closed_broken = 0;
    std::vector<std::string> types;
    std::vector<std::string> builds;
    std::string breakages = "[]";  ///< JSON
};
std::int64_t record_verdict(pqxx::transaction_base& tx, const NewVerdict& verdict);

/// The newest verdict on a build, and whether it can still be relied on.
struct KnownVerdict {
    std::int64_t number = 0;
    Timestamp at;
    Timestamp now;
    bool passed = false;
    int open_runs = 0;
    int broken_runs = 0;
    int closed_broken = 0;
    std::optional<std::string> new_type;  ///< of a run that began later: the check has not seen its like
    std::optional<std::string>
        new_build;  ///< whose workers came later: histories of its making were not seen
};
std::optional<KnownVerdict> verdict_on(pqxx::transaction_base& tx, const std::string& queue,
                                       const std::string& build);

/// Who does it, and why.
struct Act {
    std::string identity;
    std::string reason;
    std::optional<Uuid> batch{};  ///< the job that does it, if one does
};
struct Promotion {
    std::string queue = "default";
    std::string build;
    int percent = 100;  ///< below 100: it ramps beside the current build
    Duration verdict_age_max = std::chrono::hours{24};
    bool force = false;            ///< without a good verdict; needs a reason
    bool without_workers = false;  ///< even if no live worker runs the build
    Act act;
};
struct Promoted {
    enum class Outcome : std::uint8_t {
        done,
        unchanged,               ///< it is so already
        no_verdict,              ///< nobody has checked the build
        bad_verdict,             ///< open runs would break
        stale_verdict,           ///< too old, or a type or a build has appeared that the check has not seen
        no_workers,              ///< its runs would wait for nobody
        nothing_to_ramp_beside,  ///< the queue has no current build yet
    };
    Outcome outcome = Outcome::done;
    std::string detail;  ///< one sentence, when refused
    Deployment deployment;
};
/// Makes a build current, or lets it ramp. Throws std::invalid_argument for a bad percentage, an empty build,
/// or force without a reason.
Promoted promote(pqxx::transaction_base& tx, const Promotion& promotion);

enum class Stopped : std::uint8_t { done, unchanged, is_current, not_routed };
/// Takes a ramping build out: it gets no more runs, and those that are not pinned to it go to the current
/// one.
Stopped stop_ramp(pqxx::transaction_base& tx, const std::string& queue, const std::string& build,
                  const Act& act);
/// Routes the queue no more; runs that belonged to builds are anybody's again. False: it was not routed.
bool end_deployment(pqxx::transaction_base& tx, const std::string& queue, const Act& act);

enum class Moved : std::uint8_t { moved, not_found, closed, not_routed };
/// Gives one open run to a build, or (none) to whichever is current. A worker that holds the run goes on
/// until it lets go of it.
Moved move_run(pqxx::transaction_base& tx, const RunRef& run, const std::optional<std::string>& build,
               const Act& act);

[[nodiscard]] std::optional<Deployment> deployment_of(pqxx::transaction_base& tx, const std::string& queue);
[[nodiscard]] std::vector<Deployment> deployments(pqxx::transaction_base& tx);
/// Current first, then ramping, then by age.
[[nodiscard]] std::vector<BuildInfo> builds_of(pqxx::transaction_base& tx, const std::string& queue);

}  // namespace durable::store
