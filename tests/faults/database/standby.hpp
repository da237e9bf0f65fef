#pragma once
// A second server that follows a world's first one, to be promoted when that is gone.

#include <filesystem>
#include <memory>
#include <string>

#include "tests/faults/database/fragile_world.hpp"

namespace test {

/// Its data stays until this object ends, wherever the server itself has been moved to.
class Standby {
  public:
    /// Copies the world's server, follows it by streaming, and makes its commits wait for this one.
    explicit Standby(FragileWorld& world);
    ~Standby();
    Standby(const Standby&) = delete;
    Standby& operator=(const Standby&) = delete;

    /// A connection string with both hosts, which wants the one that can be written to.
    [[nodiscard]] const std::string& url_of_both() const { return url_of_both_; }
    /// Makes it the world's server; returns when it has been told, not when it takes writes.
    void promote();
    /// After the promotion: the server that was the world's before.
    [[nodiscard]] callflex::PrivateCluster& former() { return *former_; }

  private:
    FragileWorld& world_;
    std::filesystem::path folder_;
    std::unique_ptr<callflex::PrivateCluster> server_;
    std::unique_ptr<callflex::PrivateCluster> former_;
    std::string url_of_both_;
};

}  // namespace test
