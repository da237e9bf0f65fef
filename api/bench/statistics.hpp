#pragma once
// The few figures that a benchmark needs, and where the CPU went.

#include <sys/types.h>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace callflex::bench {

/// The value below which `fraction` of the samples lie (nearest rank). Requires samples.
[[nodiscard]] double percentile(std::vector<double> samples, double fraction);
[[nodiscard]] inline double median(std::vector<double> samples) {
    return percentile(std::move(samples), 0.5);
}

/// CPU time used so far by a process and by the children it has waited for; zero if it is gone.
[[nodiscard]] std::chrono::milliseconds cpu_of(pid_t process);
/// The same for a Postgres server: the postmaster, its living backends and those that have exited.
[[nodiscard]] std::chrono::milliseconds cpu_of_server(pid_t postmaster);

/// Bytes of memory that a process has at the moment (its resident set); zero if it is gone.
[[nodiscard]] std::int64_t memory_of(pid_t process);

/// Wall time and CPU of a stretch of work: begins when made.
class Stopwatch {
  public:
    Stopwatch() : started_(std::chrono::steady_clock::now()) {}
    [[nodiscard]] double seconds() const {
        return std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    }

  private:
    std::chrono::steady_clock::time_point started_;
};

}  // namespace callflex::bench
