// Histories between their rows and the machine: once each activation, so some tens of thousands of times a second.

#include <benchmark/benchmark.h>

#include "api/bench/workloads.hpp"
#include "engine/replay/history.hpp"
#include "engine/workflow/codec.hpp"

namespace {

using namespace durable;

/// One step's result and the next step, as W10 writes nine times.
history::Activation middle_of_w10() {
    using callflex::bench::StepInput;
    history::Activation activation;
    activation.first_event = EventId{4};
    activation.time = Timestamp{std::chrono::seconds{1'795'256'190}};
    activation.build = "0.1.0+1234567";
    activation.arrived.push_back(history::ActivityCompleted{
        .scheduled = EventId{3}, .result = encode(StepInput{1, "a step that does nothing"})});
    activation.commands.push_back(
        history::ActivityScheduled{.type = "bench_no_op",
                                   .input = encode(StepInput{2, "a step that does nothing"}),
                                   .options = {.start_to_close = std::chrono::seconds{30}},
                                   .source = "api/bench/workloads.cpp:10"});
    return activation;
}

void encode_activation(benchmark::State& state) {
    const history::Activation activation = middle_of_w10();
    std::size_t bytes = 0;
    for (auto _ : state) {
        const std::string row = history::encode(activation);
        bytes += row.size();
        benchmark::DoNotOptimize(row.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(encode_activation);

void decode_activation(benchmark::State& state) {
    const std::string row = history::encode(middle_of_w10());
    for (auto _ : state) {
        auto activation = history::decode_activation(EventId{4}, row);
        benchmark::DoNotOptimize(activation);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(row.size()) * state.iterations());
}
BENCHMARK(decode_activation);

}  // namespace
