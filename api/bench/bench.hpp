#pragma once
// `callflex bench`: what the engine does on this machine, against a floor measured in the same run. Durable
// commits, everything (Postgres, worker, load) on the same cores. Engine and floor alternate, medians are
// printed: figures of a shared machine are noisy, ratios less so.

#include <filesystem>
#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

#include "api/bench/figures.hpp"

namespace callflex::bench {

struct BenchOptions {
    /// A server of one's own: the URL of a database whose role may create databases. Empty: a private
    /// cluster.
    std::string database_url;
    std::filesystem::path program;  ///< callflex, for what is measured in processes of its own
    /// Names of the catalogue; empty: all.
    std::vector<std::string> only;
    /// Also on a server that would lose acknowledged commits; the report is marked then.
    bool allow_unsafe = false;
    int rounds = 3;
    /// W10 runs a round, W1 has twice as many: seconds of work. What a round has once (the worker's
    /// start, first plans, last batches) takes 0.16 s here.
    int runs = 20'000;
    int samples = 300;      ///< for latency
    int seconds = 5;        ///< of load for the ingress
    int idle_seconds = 15;  ///< each of idle's three windows
    int soak_seconds = 60;  ///< an hour shows what its bars ask
    int calls = 2000;       ///< call-processing runs a round
    int fan_out = 1000;     ///< activities at once
    int sleepers = 100'000;
    int backlog = 100'000;                              ///< runs queued
    std::vector<int> workers{1, 2, 4};                  ///< how many at a time
    std::vector<std::int64_t> closed{10'000, 100'000};  ///< closed runs beside which W1 is measured
};

/// One line of what is going on, for whoever waits.
using Say = std::function<void(const std::string&)>;

/// The server is not as durable as production has to be, so that its figures would flatter.
class UnsafeServer : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct BenchReport {
    Json machine;        ///< cores, version and settings of the server
    bool honest = true;  ///< no acknowledged commit could be lost
    std::vector<Measured> measured;

    /// What has missed its bar: "w10 floor_ratio: 0.41, wanted >= 0.5".
    [[nodiscard]] std::vector<std::string> missed() const;
    /// {machine, honest, <workload>: values, figures: [{workload, name, label, value, unit, note, bar, holds, chart}]}
    [[nodiscard]] Json json() const;
};

/// Throws UnsafeServer, std::invalid_argument for a name that is not in the catalogue, and database errors.
[[nodiscard]] BenchReport run_bench(const BenchOptions& options, const Say& say);

}  // namespace callflex::bench
