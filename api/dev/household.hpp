#pragma once
// The product as processes on this machine: the vendors' sandbox, an ingress and workers, around a database that is
// there already. What `callflex dev` keeps running, and `callflex bench soak` watches.

#include <filesystem>
#include <map>
#include <string>

#include "api/dev/supervisor.hpp"

namespace callflex {

/// A port of 127.0.0.1 that nobody uses now. Somebody could take it before our child does; the child then says so and
/// ends.
[[nodiscard]] int free_port();

struct HouseholdOptions {
    std::filesystem::path program;  ///< callflex, run for every child
    std::filesystem::path logs;     ///< a folder
    std::string database_url;       ///< migrated
    int sandbox_port = 0;
    int ingress_port = 0;
    int workers = 1;
    std::map<std::string, std::string> environment;  ///< of every child, the database's address included
};

/// Children are named "sandbox", "ingress", "worker-1" and so on. Not thread-safe, as the Supervisor.
class Household {
  public:
    /// Starts the children and waits until each one answers. Throws std::runtime_error that says who did not, and where
    /// its last words are.
    explicit Household(const HouseholdOptions& options);

    [[nodiscard]] Supervisor& supervisor() { return supervisor_; }

  private:
    void await_port(const std::string& name, int port);
    void await_workers(const std::string& url, int wanted);

    Supervisor supervisor_;
};

}  // namespace callflex
