#pragma once
// Connections that wait for their next request, by origin. Only the client's thread touches it.

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "activities/http/connection.hpp"

namespace callflex::http {

class ConnectionPool {
  public:
    ConnectionPool(std::chrono::milliseconds idle_max, std::size_t per_origin)
        : idle_max_(idle_max), per_origin_(per_origin) {}

    /// The most recently used one that is young and still open; null if there is none.
    [[nodiscard]] std::unique_ptr<Connection> take(const std::string& origin);
    void give_back(const std::string& origin, std::unique_ptr<Connection> connection);
    void clear() { idle_.clear(); }

  private:
    std::chrono::milliseconds idle_max_;
    std::size_t per_origin_;
    std::map<std::string, std::vector<std::unique_ptr<Connection>>> idle_;  ///< oldest first
};

}  // namespace callflex::http
