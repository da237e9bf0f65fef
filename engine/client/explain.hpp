#pragma once
// From facts to the one thing that a run waits for. No I/O: everything known is in Facts.

#include <vector>

#include "engine/client/client.hpp"
#include "engine/store/queues.hpp"
#include "engine/store/semaphores.hpp"

namespace durable::client {

/// One snapshot of the database.
struct Facts {
    store::RunInfo info;
    std::vector<store::LiveWorker> workers;
    history::History history;
    std::optional<store::QueuePause> queue_pause{};  ///< of the run's queue
    std::vector<store::UnitsInfo> units{};           ///< that it has asked semaphores for
    struct Semaphore {
        std::string resource;
        int capacity = 0;
        std::int64_t held = 0;
        std::vector<std::string> holders;  ///< workflow ids, a few
    };
    std::vector<Semaphore> semaphores{};  ///< at which it waits
};

[[nodiscard]] Why explain(const WorkflowRegistry& registry, const Facts& facts);

}  // namespace durable::client
