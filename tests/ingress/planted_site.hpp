#pragma once
// The product as it is run, with a random secret of every kind: two processes that take theirs from files, vendors that
// throw them back in their errors, a Postgres that logs every statement with its parameters.

#include <sys/types.h>

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "api/dev/seed.hpp"
#include "tests/activities/hostile_server.hpp"
#include "tests/ingress/canaries.hpp"
#include "tests/support/database.hpp"
#include "tests/support/program.hpp"

namespace test {

/// Removed at the end.
struct SecretsFolder {
    SecretsFolder();
    ~SecretsFolder();
    SecretsFolder(const SecretsFolder&) = delete;
    SecretsFolder& operator=(const SecretsFolder&) = delete;
    std::filesystem::path path;
};

class PlantedSite {
  public:
    PlantedSite();

    void process_a_call();
    /// Name of the place, and what stands there.
    [[nodiscard]] std::map<std::string, std::string> places();
    [[nodiscard]] std::string run(const std::vector<std::string>& arguments);
    [[nodiscard]] std::string server_log() const;
    [[nodiscard]] std::vector<pid_t> daemons() const { return {ingress_->pid(), worker_->pid()}; }

    Canaries canaries;
    Database database;

  private:
    /// A file with the secret, as NAME_FILE.
    std::string file(const std::string& name, const std::string& value);
    [[nodiscard]] std::string page(std::uint16_t port, const std::string& path) const;
    void start_sealed_run();
    /// A vendor that refuses everything and throws back what it was sent: in an URL, in nested JSON, in base64, in
    /// plain.
    void throw_back(Socket& socket);
    [[nodiscard]] std::set<std::string> thrown_back_by();

    SecretsFolder folder_;
    std::mutex mutex_;
    std::set<std::string> thrown_back_by_;  ///< guarded by mutex_
    HostileServer vendors_{[this](Socket& socket) { throw_back(socket); }};
    std::string secrets_key_ = canaries.key("the master key of secrets");
    std::string payload_keys_ = canaries.key("the master key of payloads");
    std::size_t log_begin_ = 0;
    callflex::SeededOrganization organization_;
    std::uint16_t metrics_port_ = 0;
    std::unique_ptr<Program> ingress_;
    std::unique_ptr<Program> worker_;
    std::uint16_t ingress_port_ = 0;
};

}  // namespace test
