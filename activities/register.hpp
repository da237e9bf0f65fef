#pragma once
// Every activity of this program, bound to its implementation.

#include <filesystem>
#include <memory>
#include <string>

#include "activities/start_runs.hpp"
#include "activities/vendors.hpp"

namespace durable::worker {
class ActivityRegistry;
}

namespace callflex {

/// What the implementations share. Made once at start by the worker's main.
struct ActivityDependencies {
    std::shared_ptr<Vendors> vendors;
    std::filesystem::path storage_root;  ///< CALLFLEX_STORAGE_ROOT: where recordings are kept
    std::string database_url{};          ///< for activities with a connection of their own: webhooks
    RunStarter start_run{};              ///< what workflows of the whole system start tenants' runs with
};

/// Called once at start. Throws std::filesystem::filesystem_error when the storage root cannot be used.
void register_activities(durable::worker::ActivityRegistry& activities,
                         const ActivityDependencies& dependencies);

}  // namespace callflex
