// What each report goes through before it is written: the look at its JSON, its signature, the reading.

#include <benchmark/benchmark.h>

#include "api/bench/ingress_load.hpp"
#include "api/http/json_guard.hpp"
#include "api/ingress/signature.hpp"
#include "api/ingress/vapi_message.hpp"

namespace {

using namespace callflex;

constexpr std::chrono::seconds signed_at{1'795'256'190};
const std::string secret = "vapi-dev-000102030405060708090a0b0c0d0e0f1011121314151617";

std::string report(std::int64_t bytes) {
    return bench::sample_report("call-0001", static_cast<std::size_t>(bytes));
}

void refuse_json(benchmark::State& state) {
    const std::string body = report(state.range(0));
    for (auto _ : state) {
        auto refusal = http::refuse_json(body);
        if (refusal) state.SkipWithError("a good report was refused");
        benchmark::DoNotOptimize(refusal);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(body.size()) * state.iterations());
}
BENCHMARK(refuse_json)->ArgName("bytes")->Arg(2048)->Arg(65'536);

void verify_signature(benchmark::State& state) {
    const std::string body = report(state.range(0));
    const std::string timestamp = std::to_string(signed_at.count());
    http::RequestHead head;
    head.method = "POST";
    head.fields.push_back({"x-timestamp", timestamp});
    head.fields.push_back(
        {"x-signature", ingress::to_hex(ingress::hmac_sha256(secret, timestamp + "." + body))});
    const std::vector<std::string> secrets{secret};
    const ingress::SignatureOptions options{.body_header = "x-signature"};
    const std::chrono::system_clock::time_point now{signed_at};
    for (auto _ : state) {
        if (ingress::verify(head, body, secrets, now, options) != ingress::Verdict::accepted) {
            state.SkipWithError("a good signature was refused");
        }
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(body.size()) * state.iterations());
}
BENCHMARK(verify_signature)->ArgName("bytes")->Arg(2048)->Arg(65'536);

void read_report(benchmark::State& state) {
    const std::string body = report(state.range(0));
    const durable::Timestamp received{signed_at};
    for (auto _ : state) {
        auto message = ingress::read_vapi_message(body, received);
        if (!std::holds_alternative<ingress::CallReport>(message)) state.SkipWithError("it is not read");
        benchmark::DoNotOptimize(message);
    }
    state.SetBytesProcessed(static_cast<std::int64_t>(body.size()) * state.iterations());
}
BENCHMARK(read_report)->ArgName("bytes")->Arg(2048)->Arg(65'536);

}  // namespace
