#pragma once
// A worker process as the database sees it.

#include <sys/types.h>

#include <string>

#include "tests/faults/database/fragile_world.hpp"

namespace test {

class Watched {
  public:
    Watched(const FragileWorld& world, pid_t process) : world_(world), process_(process) {}

    [[nodiscard]] pid_t process() const { return process_; }
    /// Of its registrations, the last one's.
    [[nodiscard]] std::string number() const;
    /// Whether one of them is in force.
    [[nodiscard]] bool is_registered() const;
    [[nodiscard]] int registrations() const;
    /// That it holds, under whatever number.
    [[nodiscard]] int runs() const;

  private:
    [[nodiscard]] std::string of_workers(const std::string& what, const std::string& condition) const;

    const FragileWorld& world_;
    pid_t process_;
};

}  // namespace test
