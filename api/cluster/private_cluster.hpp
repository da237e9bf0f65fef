#pragma once
// A Postgres of our own: made, started and stopped by this process, reachable through a Unix socket only.
// Tests, `callflex dev` and `callflex bench` use it; production never does.
//
// The server is a child process in a session of its own (a Ctrl-C in the terminal does not reach it) and is
// told to stop when this process dies, however it dies. As root it runs as the user `postgres`, since
// Postgres refuses root. Not thread-safe. Must be made by a thread that outlives it, better the main thread
// (PR_SET_PDEATHSIG).

#include <sys/types.h>
#include <chrono>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace callflex {

class ClusterError : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct ClusterOptions {
    /// Kept and reused when it exists; empty: a temporary one, removed at the end.
    std::filesystem::path data_directory;
    /// true: commits survive a power cut. false: for tests, where only the process may die.
    bool durable = true;
    int connections_max = 200;
    /// More lines of postgresql.conf, such as {"shared_buffers", "1GB"}.
    std::vector<std::pair<std::string, std::string>> settings;
};

class PrivateCluster {
  public:
    /// Makes the cluster if needed and starts it. Throws ClusterError with the server's last words.
    explicit PrivateCluster(ClusterOptions options);
    ~PrivateCluster();
    PrivateCluster(const PrivateCluster&) = delete;
    PrivateCluster& operator=(const PrivateCluster&) = delete;

    /// "postgresql:///<database>?host=<socket directory>&user=<user>"
    [[nodiscard]] std::string url(const std::string& database = "postgres",
                                  const std::string& user = "postgres") const;
    [[nodiscard]] pid_t pid() const { return server_; }
    [[nodiscard]] const std::filesystem::path& data_directory() const { return data_; }
    [[nodiscard]] std::filesystem::path log_file() const { return data_ / "server.log"; }

    enum class Stop { fast, immediate };
    /// `immediate` is a crash: the next start recovers from the write-ahead log.
    void stop(Stop how = Stop::fast);
    void start();

    /// Directory of the newest installed server >= 15; throws ClusterError naming the package to install.
    [[nodiscard]] static std::filesystem::path server_binaries();

  private:
    void initialise();
    void write_settings() const;
    void wait_until_ready(std::chrono::seconds limit);
    [[nodiscard]] std::string last_words() const;

    ClusterOptions options_;
    std::filesystem::path data_;
    std::filesystem::path socket_;
    bool temporary_ = false;
    pid_t server_ = -1;
};

}  // namespace callflex
