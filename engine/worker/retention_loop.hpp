#pragma once
// The thread that removes closed runs whose time is over, after it has exported those that are to be, and
// large payloads that nobody uses. Every worker has one; an advisory lock lets one of them work at a time. A
// pass is many small transactions: a crash leaves whole runs, exported once more at worst.

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "engine/store/payload_source.hpp"
#include "engine/worker/retention_options.hpp"

namespace durable::worker {

class RetentionLoop {
  public:
    /// What a pass has done.
    struct Pass {
        std::int64_t exported = 0;
        std::int64_t removed = 0;
        std::int64_t payloads_swept = 0;
        std::int64_t names_forgotten = 0;
    };
    /// Both are called on this thread and must not block.
    struct Observer {
        std::function<void(const Pass&)> passed{};
        std::function<void(const std::string&)> trouble{};
    };
    RetentionLoop(std::string connection_string, RetentionOptions options, Observer observer);
    /// Stops and joins; a transaction under way ends first.
    ~RetentionLoop();
    RetentionLoop(const RetentionLoop&) = delete;
    RetentionLoop& operator=(const RetentionLoop&) = delete;

  private:
    void work(const std::stop_token& stop);
    [[nodiscard]] Pass pass(const std::stop_token& stop);
    /// False when nothing is left.
    [[nodiscard]] bool remove_page(Pass& pass, std::optional<RunId>& after);
    void export_run(pqxx::transaction_base& tx, RunId run) const;

    store::SideConnection connection_;
    RetentionOptions options_;
    Observer observer_;
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

/// <folder>/2026/11/<run id>.jsonl.zst, the month of the run's start.
[[nodiscard]] std::filesystem::path archive_path(const std::filesystem::path& folder, RunId run);
/// Written beside, flushed and renamed: it is there whole or not at all. Throws std::system_error.
void write_archive(const std::filesystem::path& path, const std::string& bytes);

}  // namespace durable::worker
