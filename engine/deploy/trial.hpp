#pragma once
// One stored run against the code of this program: does it go on, and if not, why, where, in which line?
// Nothing leaves the process, nothing is written. Pure but for side_effect() lambdas, which the code may call
// when the messages that wait for a run are tried.
//
// Any thread; one Trial is of one thread.

#include <optional>
#include <string>
#include <vector>

#include "engine/replay/execution.hpp"
#include "engine/store/run_pages.hpp"
#include "engine/workflow/registry.hpp"

namespace durable::deploy {

/// A run that this build cannot go on with (or, if it has closed, cannot be asked about any more).
struct Breakage {
    enum class Stage : std::uint8_t {
        history,  ///< what is recorded is not what the code does, or does not decode
        input,    ///< it has not begun, and its input does not decode
        message,  ///< it would stop at what waits in its inbox
    };
    RunId run;
    WorkflowId workflow;
    std::string type;
    bool open = true;
    Stage stage = Stage::history;
    replay::Blocked::Kind kind = replay::Blocked::Kind::mismatch;
    EventId event;                ///< where it shows; 0 if at no event
    std::string recorded;         ///< "ActivityScheduled send_sms, input 5f0c…"; "" unless a mismatch
    std::string found;            ///< likewise; "nothing" if the code waits
    std::string source;           ///< "file:line" of this build's code
    std::string recorded_source;  ///< of the build that recorded it
    std::string recorded_build;   ///< of the newest activation that was replayed
    std::string reason;           ///< one sentence
};
[[nodiscard]] std::string_view to_string(Breakage::Stage stage);
[[nodiscard]] std::string_view to_string(replay::Blocked::Kind kind);

/// What one run has shown.
struct Trial {
    std::optional<Breakage> breakage;
    std::int64_t events = 0;
    std::vector<std::string> builds;            ///< that have recorded it
    std::vector<replay::PatchAnswer> patches;   ///< asked for by this build's code on its way
    std::vector<history::PatchMarked> markers;  ///< in its history
};

/// `now`: for what is tried beyond the history.
[[nodiscard]] Trial try_run(const WorkflowRegistry& registry, const store::StoredRun& run, Timestamp now);

/// Of a run's type and the sequence of its event kinds: runs of one shape have taken the same way.
[[nodiscard]] std::string shape_of(const store::StoredRun& run);

}  // namespace durable::deploy
