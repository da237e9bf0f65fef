#pragma once
// CPU time of processes, from /proc: unlike a stopwatch it says the same on a busy machine.

#include <sys/types.h>

#include <chrono>

#include "tests/support/database.hpp"

namespace test {

using CpuTime = std::chrono::duration<double>;

/// What a process has used so far, user and system, all threads. Fails the test if there is no such process.
[[nodiscard]] CpuTime cpu_time(pid_t process);

/// The Postgres on this machine that holds a database: the postmaster and all its processes, those that have ended
/// included.
class PostgresProcesses {
  public:
    explicit PostgresProcesses(const Database& database);
    [[nodiscard]] CpuTime cpu_time() const;

  private:
    pid_t postmaster_ = 0;
};

}  // namespace test
