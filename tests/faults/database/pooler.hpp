#pragma once
// pgbouncer in transaction mode, before a world's server.

#include <memory>
#include <string>

#include "tests/faults/database/fragile_world.hpp"

namespace test {

class Pooler {
  public:
    /// With so few backends that they are handed from one client to the next all the time. Waits until it answers.
    explicit Pooler(const FragileWorld& world, int backends = 2);

    /// The world's database through it.
    [[nodiscard]] std::string url() const { return FragileWorld::url_at(port_); }

  private:
    std::uint16_t port_;
    callflex::Supervisor process_;
};

}  // namespace test
