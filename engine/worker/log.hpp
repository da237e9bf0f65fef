#pragma once
// Log lines with fields, as text for people or as one JSON object a line for programs. Fields are ids, types,
// counts and durations: never payloads, never what a customer said.

#include <spdlog/logger.h>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace durable::worker {

enum class LogFormat : std::uint8_t { console, json };

using LogFields = std::initializer_list<std::pair<std::string_view, std::string>>;

/// Thread-safe. Without a logger it says nothing.
class Log {
  public:
    Log() = default;
    /// Sets the logger's pattern to match the format.
    Log(std::shared_ptr<spdlog::logger> logger, LogFormat format);

    /// `event` is a fixed text to search for; what differs goes into the fields. No personal data.
    void info(std::string_view event, LogFields fields = {}) const {
        write(spdlog::level::info, event, fields);
    }
    void warn(std::string_view event, LogFields fields = {}) const {
        write(spdlog::level::warn, event, fields);
    }
    void error(std::string_view event, LogFields fields = {}) const {
        write(spdlog::level::err, event, fields);
    }

  private:
    void write(spdlog::level::level_enum level, std::string_view event, LogFields fields) const;

    std::shared_ptr<spdlog::logger> logger_;
    LogFormat format_ = LogFormat::console;
};

}  // namespace durable::worker
