#pragma once
// Recorded histories against this build's code: the test to keep beside each workflow. Export one from
// production (`callflex workflow show ID -o json`), put it into the tree, and replay it for ever.

#include <cstdint>
#include <filesystem>
#include <optional>

#include "engine/replay/execution.hpp"

namespace durable::testing {

struct ReplayReport {
    RunId run;
    replay::RunStatus status = replay::RunStatus::running;  ///< after its last event
    std::int32_t events = 0;
    /// Where code and history part, or what the code called that it must not; none: it does the same again.
    std::optional<replay::Blocked> blocked;
};

/// Under the determinism trap (engine/trap). No database, no worker.
[[nodiscard]] ReplayReport replay_history(const WorkflowRegistry& workflows, RunId run,
                                          const history::History& history);
/// The same for an exported file. Throws DecodeError if it is no history, std::runtime_error if it cannot be
/// read.
[[nodiscard]] ReplayReport replay_history(const std::filesystem::path& file,
                                          const WorkflowRegistry& workflows);

}  // namespace durable::testing
