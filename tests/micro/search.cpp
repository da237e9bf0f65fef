// A filter on its way to SQL: once each list, count and batch job.

#include <benchmark/benchmark.h>

#include "engine/search/query.hpp"

namespace {

void parse_filter(benchmark::State& state) {
    const std::string filter =
        "WorkflowType = 'call-processing' and Status in ('running', 'failed') and "
        "(OrganizationId = '0199f0a4-0000-7000-8000-000000000001' or Tags contains 'urgent') and "
        "StartTime > '2026-11-01T00:00:00Z' order by StartTime desc";
    for (auto _ : state) {
        auto query = durable::search::parse(filter);
        benchmark::DoNotOptimize(query);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(filter.size()) * state.iterations());
}
BENCHMARK(parse_filter);

}  // namespace
