#pragma once
// Closed runs by the million, without running them: copies of one that the engine has run to its end.

#include <cstdint>
#include <string>

#include "api/bench/bench.hpp"
#include "api/bench/bench_server.hpp"

namespace callflex::bench {

/// Plants closed runs into one database, more and more of them.
class ClosedRuns {
  public:
    /// Runs one W1 to its end: what all others are copies of. `total`: how many there will be in the end, so that
    /// their times can be spread evenly.
    ClosedRuns(BenchServer& server, const BenchDatabase& database, std::int64_t total);

    /// Until there are so many; then statistics are gathered, as autovacuum would have by then.
    void plant_until(std::int64_t count, const Say& say);

  private:
    const BenchServer& server_;
    const BenchDatabase& database_;
    std::string template_run_;
    std::int64_t total_;
    std::int64_t planted_ = 0;
};

}  // namespace callflex::bench
