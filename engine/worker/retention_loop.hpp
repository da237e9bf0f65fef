#pragma once
// The thread that removes closed runs whose time is over, after it has exported those that are to be, and
// large payloads that nobody uses. Every worker has one; an advisory lock lets one of them work at a time. A
// pass is many small transactions, none of them open during an export: a crash leaves whole runs, exported once
// more at worst.
//
// An export that fails leaves its run where it is; the others go on, and the next pass tries again. After three
// failures one after the other the store is left alone for the rest of the pass, and the next one begins behind
// them: neither a store that is away nor runs that it refuses hold anything else up.

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <random>
#include <set>
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
        std::int64_t failed_exports = 0;
        std::string export_trouble{};  ///< the last one's reason, for people
    };
    /// Both are called on this thread and must not block.
    struct Observer {
        std::function<void(const Pass&)> passed{};
        std::function<void(const std::string&)> trouble{};
    };
    RetentionLoop(std::string connection_string, RetentionOptions options, Observer observer);
    /// Stops and joins; a transaction under way ends first, an export is broken off.
    ~RetentionLoop();
    RetentionLoop(const RetentionLoop&) = delete;
    RetentionLoop& operator=(const RetentionLoop&) = delete;

  private:
    /// The exports of a pass, as far as they have come.
    struct Round {
        std::optional<RunId> after{};  ///< the last run of the page before
        int failures_in_a_row = 0;
        bool given_up = false;
    };
    void work(const std::stop_token& stop);
    [[nodiscard]] Pass pass(const std::stop_token& stop);
    void remove_expired(store::SideConnection& connection, Pass& pass, const std::stop_token& stop);
    /// Those of the next page's runs that are exported now.
    [[nodiscard]] std::set<RunId> export_page(store::SideConnection& connection, Pass& pass, Round& round,
                                              const std::stop_token& stop);
    /// False: it was not kept, and stays.
    [[nodiscard]] bool export_run(store::SideConnection& connection, RunId run, Pass& pass,
                                  const std::stop_token& stop);

    std::string connection_string_;
    RetentionOptions options_;
    Observer observer_;
    std::optional<RunId> resume_after_;              ///< exports go on behind this run; this thread only
    std::minstd_rand dice_{std::random_device{}()};  ///< this thread only
    std::mutex mutex_;
    std::condition_variable_any wake_;
    std::jthread thread_;
};

/// "2026/11/<run id>.jsonl.zst", by the month of the run's start.
[[nodiscard]] std::string archive_name(RunId run);

}  // namespace durable::worker
