#pragma once
// A disk that takes its time with every flush, below the Postgres of a world (tests/faults/slow_disk).

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "tests/faults/database/fragile_world.hpp"

namespace test {

class SlowDisk {
  public:
    /// A quick one, until set() is called.
    SlowDisk();
    ~SlowDisk();
    SlowDisk(const SlowDisk&) = delete;
    SlowDisk& operator=(const SlowDisk&) = delete;

    /// A world whose Postgres has this disk and flushes what it commits. Its other processes do not know of it. Call it
    /// while no other thread looks into the environment.
    [[nodiscard]] std::unique_ptr<FragileWorld> make_world() const;
    /// Each flush takes so much longer from now on, those under way as well.
    void set(std::chrono::milliseconds longer) const;

  private:
    [[nodiscard]] std::filesystem::path file() const { return folder_ / "milliseconds"; }
    [[nodiscard]] std::filesystem::path library() const { return folder_ / "slow_disk.so"; }
    std::filesystem::path folder_;
};

/// Whether a backend of the world's server is flushing the write-ahead log at this moment.
[[nodiscard]] bool is_flushing(const FragileWorld& world);

}  // namespace test
