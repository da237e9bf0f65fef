#include <array>

#include "api/bench/workload.hpp"

namespace callflex::bench {

std::span<const Workload> catalogue() {
    static constexpr std::array<Workload, 13> workloads{{
        {"w1", "runs of one step, started before and drained by one worker", measure_w1},
        {"w10", "runs of ten steps in sequence, the same way, beside the floor", measure_w10},
        {"latency", "one W1 on an idle system, from the client's call to its result", measure_single_runs},
        {"ingress", "signed 2 KiB reports, workers stopped, each committed before its 200",
         measure_ingress_load},
        {"calls", "whole call-processing runs with the vendors' sandbox, and the cost of each step",
         measure_calls},
        {"fan-out", "one run that does a thousand activities at once, and several such runs",
         measure_fan_out},
        {"timers", "a hundred thousand runs fall asleep, and wake at the same moment", measure_sleepers},
        {"replay", "cold replay on one core: decoded, run and compared", measure_cold_replay},
        {"workers", "W1 by one, two and four workers", measure_workers},
        {"closed", "W1 beside thousands or millions of closed runs, against none", measure_closed},
        {"backlog", "W1 with a hundred thousand runs queued, against a short queue", measure_backlog},
        {"idle", "processor and queries of a worker and an ingress with nothing to do", measure_idle},
        {"soak", "memory, tables and the cost of claims while calls end, at half of what the machine can do",
         measure_soak},
    }};
    return workloads;
}

}  // namespace callflex::bench
