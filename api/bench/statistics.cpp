#include "api/bench/statistics.hpp"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>
#include <stdexcept>

namespace callflex::bench {
namespace {

struct ProcessTimes {
    pid_t parent = 0;
    long own_ticks = 0;
    long waited_children_ticks = 0;
};

/// /proc/<pid>/stat, see proc(5): the command name is in parentheses and may contain anything.
std::optional<ProcessTimes> read_stat(pid_t process) {
    std::ifstream in("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    if (!std::getline(in, text)) return std::nullopt;
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::string state;
    ProcessTimes times;
    long skipped = 0;
    fields >> state >> times.parent;
    for (int field = 5; field <= 13; ++field) fields >> skipped;
    long user = 0;
    long system = 0;
    long children_user = 0;
    long children_system = 0;
    fields >> user >> system >> children_user >> children_system;
    times.own_ticks = user + system;
    times.waited_children_ticks = children_user + children_system;
    return times;
}

struct ServerTimes {
    long ticks = 0;
    bool a_child_ended = false;  ///< in between
};

long ticks_of_ended_children(pid_t postmaster) {
    const auto times = read_stat(postmaster);
    return times ? times->waited_children_ticks : 0;
}

ServerTimes look_at_server(pid_t postmaster) {
    const long ended_before = ticks_of_ended_children(postmaster);
    long ticks = ended_before;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        const std::string name = entry.path().filename();
        if (name.find_first_not_of("0123456789") != std::string::npos) continue;
        const auto pid = static_cast<pid_t>(std::stol(name));
        const auto times = read_stat(pid);
        if (times && (pid == postmaster || times->parent == postmaster)) ticks += times->own_ticks;
    }
    return {.ticks = ticks, .a_child_ended = ticks_of_ended_children(postmaster) != ended_before};
}

std::chrono::milliseconds from_ticks(long ticks) {
    return std::chrono::milliseconds{ticks * 1000 / ::sysconf(_SC_CLK_TCK)};
}

}  // namespace

double percentile(std::vector<double> samples, double fraction) {
    if (samples.empty()) throw std::invalid_argument("percentile of no samples");
    std::sort(samples.begin(), samples.end());
    const auto rank = static_cast<std::size_t>(std::ceil(fraction * static_cast<double>(samples.size())));
    return samples[std::clamp<std::size_t>(rank, 1, samples.size()) - 1];
}

std::chrono::milliseconds cpu_of(pid_t process) {
    const auto times = read_stat(process);
    return times ? from_ticks(times->own_ticks + times->waited_children_ticks) : std::chrono::milliseconds{0};
}

std::int64_t memory_of(pid_t process) {
    std::ifstream in("/proc/" + std::to_string(process) + "/statm");
    std::int64_t size = 0;
    std::int64_t resident = 0;
    if (!(in >> size >> resident)) return 0;
    return resident * ::sysconf(_SC_PAGESIZE);
}

std::chrono::milliseconds cpu_of_server(pid_t postmaster) {
    // A child that ends while processes are being listed is in neither place, or in both: its time has moved to the
    // postmaster's by the second look.
    constexpr int looks_most = 20;
    ServerTimes times = look_at_server(postmaster);
    for (int look = 1; look < looks_most && times.a_child_ended; ++look) times = look_at_server(postmaster);
    return from_ticks(times.ticks);
}

}  // namespace callflex::bench
