#include "api/daemon_log.hpp"

#include <chrono>
#include <thread>
#include <utility>

namespace callflex {

std::uint64_t DaemonLog::tend() {
    write_what_waits();
    const std::uint64_t dropped = sink_->dropped();
    return dropped - std::exchange(told_, dropped);
}

/// A reader who has come back makes room for a pipe's contents at a time.
void DaemonLog::write_what_waits() {
    constexpr std::chrono::milliseconds longest{500};
    constexpr std::chrono::milliseconds for_the_reader{5};
    const auto until = std::chrono::steady_clock::now() + longest;
    std::size_t before = 0;
    std::size_t left = sink_->waiting();
    do {
        before = left;
        logger_->flush();
        left = sink_->waiting();
        if (left > 0 && left < before) std::this_thread::sleep_for(for_the_reader);
    } while (left > 0 && left < before && std::chrono::steady_clock::now() < until);
}

prometheus::Counter& dropped_lines_counter(prometheus::Registry& registry) {
    return prometheus::BuildCounter()
        .Name("callflex_log_lines_dropped_total")
        .Help("Log lines that were not written because nobody read those before them, or the disk was full.")
        .Register(registry)
        .Add({});
}

}  // namespace callflex
