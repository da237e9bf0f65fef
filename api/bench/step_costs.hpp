#pragma once
// What a step of a run costs: in time, as its history tells, and in the database, as pg_stat_statements tells.

#include <string>
#include <vector>

#include "api/bench/bench_server.hpp"
#include "api/bench/figures.hpp"
#include "engine/replay/history.hpp"

namespace callflex::bench {

/// The steps of some runs of the same kind, in the order of their first appearance: [{step, times_a_run, median_ms}].
/// A step's time is that from the commit that schedules it to the commit that has its result.
[[nodiscard]] Json step_times(const std::vector<durable::history::History>& runs);

/// Counts what statements cost in one database. Begins with nothing.
class StatementCosts {
  public:
    /// Only sessions that begin later are counted. Throws pqxx::sql_error where pg_stat_statements is not preloaded or
    /// this role may not switch it on.
    explicit StatementCosts(const BenchDatabase& database);
    void reset();
    /// [{statement, calls_a_run, ms_a_run, wal_bytes_a_run, buffers_a_run}], the dearest first, those below a
    /// hundredth of the whole together at the end. A statement is told by the first line of its comment.
    [[nodiscard]] Json a_run(double runs) const;

  private:
    std::string url_;
};

}  // namespace callflex::bench
