#include "engine/worker/log.hpp"

#include "engine/workflow/codec.hpp"

namespace durable::worker {

Log::Log(std::shared_ptr<spdlog::logger> logger, LogFormat format)
    : logger_(std::move(logger)), format_(format) {
    if (!logger_) return;
    logger_->set_pattern(format == LogFormat::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})"
                                                   : "%Y-%m-%dT%H:%M:%S.%eZ %^%-7l%$ %v",
                         spdlog::pattern_time_type::utc);
}

void Log::write(spdlog::level::level_enum level, std::string_view event, LogFields fields) const {
    if (!logger_ || !logger_->should_log(level)) return;
    std::string line;
    if (format_ == LogFormat::json) {
        line = "\"event\":" + encode(std::string{event}).json;
        for (const auto& [name, value] : fields) {
            line += ",\"" + std::string{name} + "\":" + encode(value).json;
        }
    } else {
        line = event;
        for (const auto& [name, value] : fields) line += " " + std::string{name} + "=" + value;
    }
    logger_->log(level, "{}", line);
}

}  // namespace durable::worker
