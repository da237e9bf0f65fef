#pragma once
// The Postgres that a benchmark runs on, fresh databases in it, and what it has counted.

#include <sys/types.h>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/bench/figures.hpp"
#include "api/cluster/private_cluster.hpp"

namespace callflex::bench {

/// A migrated database, dropped at the end.
class BenchDatabase {
  public:
    /// As a copy of another one, which nobody may be using.
    BenchDatabase(std::string maintenance_url, std::string name, std::string url,
                  const std::string& original);
    ~BenchDatabase();
    BenchDatabase(const BenchDatabase&) = delete;
    BenchDatabase& operator=(const BenchDatabase&) = delete;
    [[nodiscard]] const std::string& url() const { return url_; }
    [[nodiscard]] const std::string& name() const { return name_; }

  private:
    std::string maintenance_url_;
    std::string name_;
    std::string url_;
};

/// What decides whether an acknowledged commit outlives a power cut, and what else a reader has to know.
struct ServerSettings {
    Json values = Json::object();
    /// The settings that may lose commits: "fsync = off". Empty: durable.
    std::vector<std::string> unsafe;
};

/// Totals so far. A session's share is complete when it has ended.
struct ServerCounters {
    std::int64_t wal_bytes = 0;  ///< of the whole server, likewise the next two
    std::int64_t wal_records = 0;
    std::int64_t wal_full_pages = 0;  ///< full-page images, after a checkpoint
    std::int64_t buffers = 0;         ///< pages looked at, of the one database, likewise the rest
    std::int64_t transactions = 0;
    std::int64_t disk_bytes = 0;
};

class BenchServer {
  public:
    /// Empty: a private cluster with durable commits on disk, stopped and removed at the end.
    explicit BenchServer(const std::string& database_url);

    [[nodiscard]] std::unique_ptr<BenchDatabase> make_database(const std::string& purpose);
    [[nodiscard]] ServerSettings settings() const;
    /// Asked from another database, so that asking is not counted.
    [[nodiscard]] ServerCounters counters(const BenchDatabase& database) const;
    /// Flushes dirty pages, so that one measurement does not pay for the one before.
    void checkpoint() const;
    /// What autovacuum would have done after a mass of rows, and a checkpoint: neither belongs to what comes next.
    void tidy(const BenchDatabase& database) const;
    /// CPU time of the whole server so far; zero if it is not ours to look at.
    [[nodiscard]] std::chrono::milliseconds cpu() const;
    /// Whether cpu() knows.
    [[nodiscard]] bool is_ours() const { return own_ != nullptr; }

  private:
    [[nodiscard]] std::unique_ptr<BenchDatabase> copy_of(const std::string& original,
                                                         const std::string& purpose);

    std::unique_ptr<PrivateCluster> own_;
    std::string maintenance_url_;
    int serial_ = 0;
    std::unique_ptr<BenchDatabase> original_;  ///< migrated once; what all others are copies of
};

}  // namespace callflex::bench
