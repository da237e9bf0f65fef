#include "api/bench/quiet_log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace callflex::bench {

QuietLog::QuietLog() : before_(spdlog::default_logger()) {
    auto logger =
        std::make_shared<spdlog::logger>("bench", std::make_shared<spdlog::sinks::stderr_sink_mt>());
    logger->set_level(spdlog::level::warn);
    spdlog::set_default_logger(std::move(logger));
}

QuietLog::~QuietLog() {
    spdlog::set_default_logger(before_);
}

}  // namespace callflex::bench
