#pragma once
// The product as processes around a Postgres of its own, which may be killed, filled, cut off and replaced:
// ingresses, workers, the vendors' sandbox in this process. What tests/faults/database breaks.

#include <sys/types.h>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "api/cluster/private_cluster.hpp"
#include "api/dev/seed.hpp"
#include "api/dev/supervisor.hpp"
#include "api/sandbox/sandbox.hpp"
#include "tests/support/fault_proxy.hpp"

namespace test {

/// For a cluster whose commits are safe from the death of its processes, though not from a power cut.
[[nodiscard]] callflex::ClusterOptions fragile_cluster(
    std::vector<std::pair<std::string, std::string>> more_settings = {}, int connections_max = 100);

/// A port of 127.0.0.1 that nobody uses now. Somebody could take it before its owner does; nobody on a test machine
/// wants to.
[[nodiscard]] std::uint16_t free_port();

class FragileWorld {
  public:
    /// Far more than anything needs on a slow machine that does other things too.
    static constexpr std::chrono::minutes patience{3};
    using Settings = std::map<std::string, std::string>;

    explicit FragileWorld(callflex::ClusterOptions cluster = fragile_cluster());
    ~FragileWorld();
    FragileWorld(const FragileWorld&) = delete;
    FragileWorld& operator=(const FragileWorld&) = delete;

    [[nodiscard]] callflex::PrivateCluster& server() { return *server_; }
    /// Another server is the one to look at, from now on. Returns the one before.
    [[nodiscard]] std::unique_ptr<callflex::PrivateCluster> replace_server(
        std::unique_ptr<callflex::PrivateCluster> other) {
        return std::exchange(server_, std::move(other));
    }
    /// The database as the application's role, by Unix socket.
    [[nodiscard]] std::string url() const { return server_->url(database, role); }
    [[nodiscard]] std::string owner_url() const { return server_->url(database); }
    /// The same on a port of 127.0.0.1: a proxy's, a pooler's.
    [[nodiscard]] static std::string url_at(std::uint16_t port);
    /// Where its clients knock.
    [[nodiscard]] std::filesystem::path socket_folder() const;
    [[nodiscard]] std::filesystem::path socket() const { return socket_folder() / ".s.PGSQL.5432"; }

    /// A worker process, restarted by tend() when it has died.
    pid_t start_worker(const std::string& name, const std::string& url = "", const Settings& more = {});
    /// An ingress process; its port. It may not answer yet.
    std::uint16_t start_ingress(const std::string& name, const std::string& url = "");
    /// Waits until so many workers are registered and each ingress is ready.
    void await_processes(int workers);
    /// That were started, alive or not.
    [[nodiscard]] std::size_t processes() const { return processes_; }
    callflex::Supervisor& workers() { return workers_; }
    callflex::Supervisor& ingresses() { return ingresses_; }
    [[nodiscard]] std::string log_of(const std::string& process) const;
    [[nodiscard]] std::string server_log() const;

    /// True once no run is open. If that takes longer than `patience`: false, and what is open is printed.
    [[nodiscard]] bool becomes_quiet();
    /// One value as text, as the superuser; "" for null. Tries again while the server is away.
    [[nodiscard]] std::string value(const std::string& sql) const;
    void execute(const std::string& sql) const;
    /// Violated invariants of engine and product, as text; empty when all is well.
    [[nodiscard]] std::string violations() const;
    /// Ids of calls among these ("call-...") of which there is no call that has ended and been processed by exactly
    /// one run.
    [[nodiscard]] std::vector<std::string> unprocessed(const std::vector<std::string>& calls) const;

    /// More businesses, each with an owner of its own who is told of its calls.
    void add_neighbours(int count);
    [[nodiscard]] const callflex::SeededOrganization& organization() const { return organizations_.front(); }
    /// The neighbours too.
    [[nodiscard]] const std::vector<callflex::SeededOrganization>& organizations() const {
        return organizations_;
    }
    [[nodiscard]] std::string sandbox_url() const { return sandbox_.url(); }
    [[nodiscard]] const std::string& folder() const { return folder_; }

  private:
    static constexpr const char* database = "callflex";
    static constexpr const char* role = "test_app";
    void make_database();
    /// Rows of what is left to do, and the ends of the workers' logs: for who reads that a test failed.
    [[nodiscard]] std::string what_is_open() const;

    std::string folder_;
    std::unique_ptr<callflex::PrivateCluster> server_;
    std::string secrets_key_;
    std::vector<callflex::SeededOrganization> organizations_;
    callflex::sandbox::Sandbox sandbox_;
    callflex::Supervisor workers_;
    callflex::Supervisor ingresses_;
    std::vector<std::uint16_t> ports_;
    std::size_t processes_ = 0;
};

}  // namespace test
