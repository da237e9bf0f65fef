#pragma once
// Standard output belongs to the report: what the ingress logs by the way goes to standard error, and only warnings and
// worse.

#include <spdlog/logger.h>

#include <memory>

namespace callflex::bench {

/// For as long as it lives, of the whole process.
class QuietLog {
  public:
    QuietLog();
    ~QuietLog();
    QuietLog(const QuietLog&) = delete;
    QuietLog& operator=(const QuietLog&) = delete;

  private:
    std::shared_ptr<spdlog::logger> before_;
};

}  // namespace callflex::bench
