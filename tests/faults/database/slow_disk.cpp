#include "tests/faults/database/slow_disk.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "tests/faults/vendors.hpp"

namespace test {
namespace {

/// A variable of this process that children which are started meanwhile inherit.
class Inherited {
  public:
    Inherited(const char* name, const std::string& value) : name_(name) { ::setenv(name, value.c_str(), 1); }
    ~Inherited() { ::unsetenv(name_); }
    Inherited(const Inherited&) = delete;
    Inherited& operator=(const Inherited&) = delete;

  private:
    const char* name_;
};

}  // namespace

SlowDisk::SlowDisk() : folder_(make_world_folder()) {
    // What the server's user loads and reads must be reachable for him, wherever we were built.
    using std::filesystem::perms;
    std::filesystem::permissions(folder_, perms{0755});
    std::filesystem::copy_file(FAULT_SLOW_DISK, library());
    std::filesystem::permissions(library(), perms{0755});
    set({});
}

SlowDisk::~SlowDisk() {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
}

std::unique_ptr<FragileWorld> SlowDisk::make_world() const {
    const Inherited preload{"LD_PRELOAD", library()};
    const Inherited slow{"SLOW_DISK_FILE", file()};
    // The buffers hold all that is written while the disk stands still: who does not wait for it need not.
    return std::make_unique<FragileWorld>(fragile_cluster({{"fsync", "on"}, {"wal_buffers", "16MB"}}));
}

void SlowDisk::set(std::chrono::milliseconds longer) const {
    // Whoever reads finds the number of before or this one, never half of it.
    const std::filesystem::path fresh = folder_ / "fresh";
    std::ofstream out{fresh, std::ios::trunc};
    out << longer.count();
    out.close();
    if (!out) throw std::runtime_error("cannot write " + fresh.string());
    std::filesystem::permissions(fresh, std::filesystem::perms{0644});
    std::filesystem::rename(fresh, file());
}

bool is_flushing(const FragileWorld& world) {
    return world.value("select count(*) > 0 from pg_stat_activity where wait_event = 'WALSync'") == "t";
}

}  // namespace test
