#pragma once
// `callflex bench`: what the engine does on this machine, against a floor measured in the same run. Durable
// commits, everything (Postgres, worker, load) on the same cores. Engine and floor alternate, medians are
// printed: figures of a shared machine are noisy, ratios less so.

#include <set>
#include <string>

namespace callflex::bench {

struct BenchOptions {
    /// A server of one's own: the URL of a database whose role may create databases. Empty: a private
    /// cluster.
    std::string database_url;
    /// Among "w1", "w10", "latency", "ingress", "replay"; empty: all.
    std::set<std::string> only;
    int rounds = 3;
    int runs = 2000;    ///< W10 runs a round; W1 has four times as many
    int samples = 300;  ///< for latency
    int seconds = 5;    ///< of load for the ingress
    bool json = false;
};

/// Prints progress on stderr and the result on stdout. Returns the exit code.
int run_bench(const BenchOptions& options);

}  // namespace callflex::bench
