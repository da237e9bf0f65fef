#include "api/ingress/metrics.hpp"

#include <prometheus/text_serializer.h>
#include <algorithm>

#include "api/daemon_log.hpp"

namespace callflex::ingress {

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using Buckets = prometheus::Histogram::BucketBoundaries;

const Buckets seconds_buckets{0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10};
const Buckets size_buckets{1, 2, 4, 8, 16, 32, 64, 128, 256};

prometheus::Family<prometheus::Counter>& counters(prometheus::Registry& registry, const char* name,
                                                  const char* help) {
    return BuildCounter().Name(name).Help(help).Register(registry);
}

double in_seconds(std::chrono::microseconds took) {
    return std::chrono::duration<double>{took}.count();
}

}  // namespace

Metrics::Metrics()
    : requests_{counters(registry_, "ingress_requests_total", "Answers, by route and status.")},
      events_{counters(registry_, "ingress_vapi_events_total", "Authenticated VAPI messages, by type.")},
      refusals_{counters(registry_, "ingress_authentication_refused_total", "Refused senders, by reason.")},
      failures_{counters(registry_, "ingress_batch_failures_total",
                         "Commits that did not succeed, by what happened.")},
      repeats_{counters(registry_, "ingress_repeats_total", "Webhooks that had been seen before.").Add({})},
      rate_limited_{counters(registry_, "ingress_rate_limited_total", "Requests answered 429.").Add({})},
      dropped_lines_{dropped_lines_counter(registry_)},
      connections_{
          BuildGauge().Name("ingress_connections").Help("Open connections.").Register(registry_).Add({})},
      queue_{BuildGauge()
                 .Name("ingress_queue_requests")
                 .Help("Waiting for a commit.")
                 .Register(registry_)
                 .Add({})},
      request_seconds_{BuildHistogram()
                           .Name("ingress_request_seconds")
                           .Help("From the first byte to the answer.")
                           .Register(registry_)
                           .Add({}, seconds_buckets)},
      batch_requests_{BuildHistogram()
                          .Name("ingress_batch_requests")
                          .Help("Requests that shared a commit.")
                          .Register(registry_)
                          .Add({}, size_buckets)},
      batch_seconds_{BuildHistogram()
                         .Name("ingress_batch_seconds")
                         .Help("One shared commit, begin to end.")
                         .Register(registry_)
                         .Add({}, seconds_buckets)} {}

void Metrics::request(std::string_view route, unsigned status, std::chrono::microseconds took) {
    requests_.Add({{"route", std::string{route}}, {"status", std::to_string(status)}}).Increment();
    request_seconds_.Observe(in_seconds(took));
}

void Metrics::event(std::string_view type) {
    static constexpr std::string_view known[] = {
        "end-of-call-report",  "call-end",          "status-update",
        "call-start",          "tool-calls",        "function-call",
        "transcript",          "speech-update",     "hang",
        "conversation-update", "assistant-request", "transfer-destination-request",
        "transfer-update",     "model-output",      "user-interrupted"};
    const bool listed = std::ranges::find(known, type) != std::end(known);
    events_.Add({{"type", listed ? std::string{type} : "other"}}).Increment();
}

void Metrics::authentication_refused(std::string_view reason) {
    refusals_.Add({{"reason", std::string{reason}}}).Increment();
}

void Metrics::batch(std::size_t requests, std::chrono::microseconds took) {
    batch_requests_.Observe(static_cast<double>(requests));
    batch_seconds_.Observe(in_seconds(took));
}

void Metrics::batch_failed(std::string_view what) {
    failures_.Add({{"what", std::string{what}}}).Increment();
}

std::string Metrics::text() const {
    return prometheus::TextSerializer{}.Serialize(registry_.Collect());
}

}  // namespace callflex::ingress
