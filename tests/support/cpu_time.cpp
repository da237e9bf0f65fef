#include "tests/support/cpu_time.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>

namespace test {
namespace {

/// The columns of /proc/<pid>/stat that are of interest here, times in clock ticks.
struct Stat {
    pid_t parent = 0;
    long own = 0;
    long of_ended_children = 0;
};

/// None: there is no such process (any more).
std::optional<Stat> stat_of(const std::string& process) {
    std::ifstream file{"/proc/" + process + "/stat"};
    std::string line;
    if (!std::getline(file, line)) return std::nullopt;
    // The name of the program, in parentheses, may hold anything.
    std::istringstream columns{line.substr(line.rfind(')') + 1)};
    std::string skipped;
    Stat stat;
    columns >> skipped >> stat.parent;
    for (int column = 5; column <= 13; ++column) columns >> skipped;
    long user = 0;
    long system = 0;
    long ended_user = 0;
    long ended_system = 0;
    columns >> user >> system >> ended_user >> ended_system;
    if (!columns) return std::nullopt;
    stat.own = user + system;
    stat.of_ended_children = ended_user + ended_system;
    return stat;
}

CpuTime seconds(long ticks) {
    return CpuTime{static_cast<double>(ticks) / static_cast<double>(::sysconf(_SC_CLK_TCK))};
}

}  // namespace

CpuTime cpu_time(pid_t process) {
    const auto stat = stat_of(std::to_string(process));
    REQUIRE(stat);
    return seconds(stat->own);
}

PostgresProcesses::PostgresProcesses(const Database& database) {
    // A backend ends with its session: its parent is read while there is one.
    pqxx::connection session{database.owner_url()};
    const auto backend = stat_of(std::to_string(session.backendpid()));
    REQUIRE_MESSAGE(backend, "this Postgres is on another machine: its processes cannot be seen");
    postmaster_ = backend->parent;
}

CpuTime PostgresProcesses::cpu_time() const {
    const auto postmaster = stat_of(std::to_string(postmaster_));
    REQUIRE(postmaster);
    long ticks = postmaster->own + postmaster->of_ended_children;
    for (const auto& entry : std::filesystem::directory_iterator{"/proc"}) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto stat = stat_of(name);
        if (stat && stat->parent == postmaster_) ticks += stat->own + stat->of_ended_children;
    }
    return seconds(ticks);
}

}  // namespace test
