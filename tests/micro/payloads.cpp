// Values on their way into payloads and back, and what rows make of payloads: compressed, encrypted.

#include <benchmark/benchmark.h>

#include <map>

#include "api/bench/workloads.hpp"
#include "engine/payloads/codec.hpp"
#include "engine/workflow/codec.hpp"

namespace {

using namespace durable;
using callflex::bench::StepInput;

void encode_value(benchmark::State& state) {
    const StepInput value{17, "a step that does nothing"};
    for (auto _ : state) {
        Payload payload = encode(value);
        benchmark::DoNotOptimize(payload);
    }
}
BENCHMARK(encode_value);

void decode_value(benchmark::State& state) {
    const Payload payload = encode(StepInput{17, "a step that does nothing"});
    for (auto _ : state) {
        auto value = decode<StepInput>(payload);
        benchmark::DoNotOptimize(value);
    }
}
BENCHMARK(decode_value);

/// Rows of their own are not what is measured.
struct Nowhere final : payloads::Stored {
    void put(const std::string&, const std::optional<Uuid>&, const std::string&) override {}
    std::optional<std::string> get(const std::string&) override { return std::nullopt; }
};

struct OneKey final : payloads::Keys {
    std::shared_ptr<const payloads::DataKey> key =
        std::make_shared<const payloads::DataKey>(payloads::DataKey{
            Uuid::parse("0190a5b0-7c3e-7a10-8000-000000000001").value(),
            std::make_shared<const payloads::SecretKey>(payloads::SecretKey::Bytes{1, 2, 3}), "someone"});
    Found find(Uuid) override { return {key, false, {}}; }
};

/// A transcript: words that come again, as people's do.
std::string transcript(std::int64_t bytes) {
    std::string json = "\"";
    for (int line = 0; static_cast<std::int64_t>(json.size()) < bytes; ++line) {
        json += "User: the furnace in room " + std::to_string(line * 7919 % 1000) + " stopped working. ";
    }
    return json + "\"";
}

void wrap_payload(benchmark::State& state) {
    const std::string json = transcript(state.range(0));
    const OneKey keys;
    const payloads::DataKey* key = state.range(1) == 0 ? nullptr : keys.key.get();
    Nowhere nowhere;
    for (auto _ : state) {
        const std::string row = payloads::wrap(json, {}, key, nowhere);
        benchmark::DoNotOptimize(row.data());
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(json.size()) * state.iterations());
}
BENCHMARK(wrap_payload)
    ->ArgNames({"bytes", "sealed"})
    ->Args({200, 0})
    ->Args({200, 1})
    ->Args({16'384, 0})
    ->Args({16'384, 1});

void unwrap_payload(benchmark::State& state) {
    const std::string json = transcript(state.range(0));
    OneKey keys;
    Nowhere nowhere;
    const std::string row = payloads::wrap(json, {}, keys.key.get(), nowhere);
    for (auto _ : state) {
        auto opened = payloads::unwrap(row, keys, nowhere);
        if (!opened.problem.empty()) state.SkipWithError("it does not open");
        benchmark::DoNotOptimize(opened);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(json.size()) * state.iterations());
}
BENCHMARK(unwrap_payload)->ArgName("bytes")->Arg(200)->Arg(16'384);

}  // namespace
