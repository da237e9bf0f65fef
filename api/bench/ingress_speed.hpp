#pragma once
// The ingress under load: signed 2 KiB reports over 64 kept-alive connections, workers stopped, every report
// committed before its 200. The load generator runs on the same cores.

#include "api/bench/bench_server.hpp"
#include "api/bench/ingress_load.hpp"

namespace callflex::bench {

struct IngressSpeed {
    IngressLoadResult load;
    std::int64_t stored =
        0;  ///< of the acknowledged reports, how many the database has: all, or something is wrong
};

[[nodiscard]] IngressSpeed measure_ingress(BenchServer& server, std::chrono::seconds duration);

}  // namespace callflex::bench
