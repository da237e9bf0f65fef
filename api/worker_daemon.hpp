#pragma once
// The worker as a process: all workflows and activities of this build, a small HTTP port for health and
// metrics, stop by signal.

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "activities/config.hpp"
#include "engine/payloads/settings.hpp"
#include "engine/worker/log.hpp"

namespace callflex {

struct WorkerDaemonOptions {
    std::string database_url;  ///< Postgres itself, not a transaction pooler
    std::string name;          ///< "": the host's name; shown as name@pid
    std::string queue = "default";
    bool run_workflows = true;
    bool run_activities = true;
    int run_slots = 1536;
    int async_slots = 1500;
    int transactional_threads = 4;
    std::chrono::milliseconds grace{30'000};  ///< for running activities, after the first signal
    bool notifications = true;
    durable::worker::LogFormat log_format = durable::worker::LogFormat::console;
    std::string metrics_address = "127.0.0.1";
    std::optional<int> metrics_port;  ///< none: no port; 0: any free one
    std::filesystem::path storage_root;
    durable::payloads::Settings payloads{};
    Environment settings = process_environment();  ///< the vendors'
};

/// Works until SIGTERM or SIGINT, then drains; a second signal ends the grace. Returns the exit code. Throws
/// ConfigError and std::runtime_error when it cannot start; an unreachable database is waited for.
[[nodiscard]] int run_worker(const WorkerDaemonOptions& options);

}  // namespace callflex
