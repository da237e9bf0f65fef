#pragma once
// The Postgres that a benchmark runs on, and fresh databases in it.

#include <sys/types.h>
#include <memory>
#include <string>

#include "api/cluster/private_cluster.hpp"

namespace callflex::bench {

/// A migrated database, dropped at the end.
class BenchDatabase {
  public:
    BenchDatabase(std::string maintenance_url, std::string name, std::string url);
    ~BenchDatabase();
    BenchDatabase(const BenchDatabase&) = delete;
    BenchDatabase& operator=(const BenchDatabase&) = delete;
    [[nodiscard]] const std::string& url() const { return url_; }

  private:
    std::string maintenance_url_;
    std::string name_;
    std::string url_;
};

class BenchServer {
  public:
    /// Empty: a private cluster with durable commits on disk, stopped and removed at the end.
    explicit BenchServer(const std::string& database_url);

    [[nodiscard]] std::unique_ptr<BenchDatabase> make_database(const std::string& purpose);
    /// Bytes of write-ahead log written so far by the whole server.
    [[nodiscard]] std::int64_t wal_bytes() const;
    /// Flushes dirty pages, so that one measurement does not pay for the one before.
    void checkpoint() const;
    /// CPU time of the whole server so far; zero if it is not ours to look at.
    [[nodiscard]] std::chrono::milliseconds cpu() const;

  private:
    std::unique_ptr<PrivateCluster> own_;
    std::string maintenance_url_;
    int serial_ = 0;
};

}  // namespace callflex::bench
