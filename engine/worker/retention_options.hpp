#pragma once
// When closed runs are looked after, and where they are exported to.

#include <chrono>
#include <functional>
#include <memory>

#include "engine/worker/archive_store.hpp"
#include "engine/workflow/time.hpp"

namespace durable::worker {

struct RetentionOptions {
    /// Zero: this worker leaves it to others.
    std::chrono::milliseconds every = std::chrono::minutes{10};
    /// None: runs whose policy wants an export stay until a worker that has one comes.
    std::shared_ptr<ArchiveStore> archive{};
    /// How long a workflow id remembers a run that is gone: longer than any sender repeats its start.
    Duration names_kept = std::chrono::days{400};
    /// Asked before each pass: a worker that is not registered does nothing.
    std::function<bool()> may_act = [] { return true; };
};

}  // namespace durable::worker
