#pragma once
// What `callflex bench` shows: one line while it measures, and the report.

#include <string>

#include "api/bench/bench.hpp"
#include "api/cli/session.hpp"

namespace callflex::cli {

/// What is going on, on standard error: on a terminal one line that is overwritten, elsewhere a line each.
class BenchProgress {
  public:
    explicit BenchProgress(const Session& session) : session_(session) {}
    ~BenchProgress() { clear(); }
    BenchProgress(const BenchProgress&) = delete;
    BenchProgress& operator=(const BenchProgress&) = delete;

    void show(const std::string& line);
    void clear();

  private:
    const Session& session_;
    bool shown_ = false;
};

/// As tables for people, as one document for programs; figures alone as CSV.
void print_report(const Session& session, const bench::BenchReport& report);

}  // namespace callflex::cli
