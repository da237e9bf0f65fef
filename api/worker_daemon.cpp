#include "api/worker_daemon.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <future>

#include "activities/register.hpp"
#include "activities/storage/s3_archive.hpp"
#include "api/build_id.hpp"
#include "api/daemon_log.hpp"
#include "api/private_memory.hpp"
#include "api/run_starter.hpp"
#include "api/stop_signals.hpp"
#include "api/worker_health.hpp"
#include "engine/client/connection_pool.hpp"
#include "engine/worker/folder_archive.hpp"
#include "engine/worker/worker.hpp"
#include "workflows/register.hpp"
#include "workflows/schedules.hpp"

namespace callflex {
namespace {

using std::chrono::milliseconds;

std::string label(const std::string& name) {
    std::array<char, 256> host{};
    if (name.empty()) ::gethostname(host.data(), host.size() - 1);
    return fmt::format("{}@{}", name.empty() ? host.data() : name.c_str(), ::getpid());
}

/// In the folder that systemd gives the service, one for all of its instances; without one there are none.
std::filesystem::path black_boxes() {
    const auto folders = process_environment()("STATE_DIRECTORY");
    if (!folders) return {};
    return std::filesystem::path{folders->substr(0, folders->find(':'))} / "blackboxes";
}

durable::worker::WorkerOptions engine_options(const WorkerDaemonOptions& options,
                                              const std::shared_ptr<spdlog::logger>& logger) {
    durable::worker::WorkerOptions engine;
    engine.connection_string = options.database_url;
    engine.name = label(options.name);
    engine.build = std::string{build_id()};
    engine.queue = options.queue;
    engine.exit_when_stuck = true;
    engine.black_boxes = black_boxes();
    engine.slots.runs = options.run_slots;
    engine.slots.async = options.async_slots;
    engine.slots.transactional_threads = options.transactional_threads;
    engine.notifications = options.notifications;
    engine.run_workflows = options.run_workflows;
    engine.run_activities = options.run_activities;
    engine.schedules = product_schedules();
    engine.logger = logger;
    engine.log_format = options.log_format;
    engine.payloads = options.payloads;
    return engine;
}

std::shared_ptr<durable::worker::ArchiveStore> archive_store(const std::shared_ptr<Vendors>& vendors) {
    const ExportConfig& exports = vendors->config.exports;
    if (!exports.bucket.empty()) return std::make_shared<S3Archive>(vendors);
    if (!exports.folder.empty()) return std::make_shared<durable::worker::FolderArchive>(exports.folder);
    return nullptr;
}

/// Says and counts what was dropped.
void tend(DaemonLog& log, durable::worker::LogFormat format, prometheus::Counter& counter) {
    const std::uint64_t dropped = log.tend();
    if (dropped == 0) return;
    counter.Increment(static_cast<double>(dropped));
    const durable::worker::Log lines{log.logger(), format};
    lines.warn("log lines dropped", {{"lines", std::to_string(dropped)}});
}

/// Drains; a further signal ends the grace.
void drain(durable::worker::Worker& worker, const StopSignals& signals, milliseconds grace) {
    worker.stop(grace);
    const auto stopped = std::async(std::launch::async, [&worker] { worker.wait(); });
    while (stopped.wait_for(milliseconds{0}) != std::future_status::ready) {
        if (signals.came_within(milliseconds{50})) worker.stop(milliseconds{0});
    }
}

}  // namespace

int run_worker(const WorkerDaemonOptions& options) {
    keep_memory_private();
    const StopSignals signals;
    durable::WorkflowRegistry workflows;
    register_workflows(workflows);
    durable::worker::ActivityRegistry activities;
    const auto vendors = std::make_shared<Vendors>(vendor_config(options.settings));
    register_activities(activities, {vendors, options.storage_root, options.database_url,
                                     run_starter(options.database_url, options.payloads)});

    DaemonLog log{"worker", STDERR_FILENO};
    if (vendors->config.webhooks.allow_private)
        log.logger()->warn(
            "WEBHOOK_ALLOW_PRIVATE=1: customers' webhooks may reach private addresses, this machine and the "
            "database included. For development only; unset it anywhere else.");
    const auto metrics = std::make_shared<prometheus::Registry>();
    auto engine = engine_options(options, log.logger());
    engine.retention.archive = archive_store(vendors);
    durable::worker::Worker worker{std::move(engine), workflows, activities, metrics};

    WorkerHealth health{metrics, [&worker] { return worker.registered(); }};
    std::unique_ptr<http::Server> server;
    if (options.metrics_port) {
        http::ServerOptions place;
        place.address = options.metrics_address;
        place.port = static_cast<std::uint16_t>(*options.metrics_port);
        place.threads = 1;
        server = std::make_unique<http::Server>(place, health);
        server->start();
    }
    worker.start();
    prometheus::Counter& dropped = dropped_lines_counter(*metrics);
    while (!signals.came_within(milliseconds{1000})) tend(log, options.log_format, dropped);
    drain(worker, signals, options.grace);
    if (server) server->stop(milliseconds{500});
    return 0;
}

}  // namespace callflex
