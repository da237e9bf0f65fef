#include "api/daemon_log.hpp"

#include <utility>

namespace callflex {

std::uint64_t DaemonLog::tend() {
    logger_->flush();
    const std::uint64_t dropped = sink_->dropped();
    return dropped - std::exchange(told_, dropped);
}

prometheus::Counter& dropped_lines_counter(prometheus::Registry& registry) {
    return prometheus::BuildCounter()
        .Name("callflex_log_lines_dropped_total")
        .Help("Log lines that were not written because nobody read those before them, or the disk was full.")
        .Register(registry)
        .Add({});
}

}  // namespace callflex
