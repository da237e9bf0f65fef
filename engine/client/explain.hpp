#pragma once
// From facts to the one thing that a run waits for. No I/O: everything known is in Facts.

#include <vector>

#include "engine/client/client.hpp"

namespace durable::client {

/// One snapshot of the database.
struct Facts {
    store::RunInfo info;
    std::vector<store::LiveWorker> workers;
    history::History history;
};

[[nodiscard]] Why explain(const WorkflowRegistry& registry, const Facts& facts);

}  // namespace durable::client
