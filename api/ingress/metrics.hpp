#pragma once
// What the ingress counts, for /metrics. Thread-safe. Labels are from closed sets: a stranger cannot make new
// ones.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace callflex::ingress {

class Metrics {
  public:
    Metrics();

    void request(std::string_view route, unsigned status, std::chrono::microseconds took);
    void event(std::string_view type);
    void authentication_refused(std::string_view reason);
    void batch(std::size_t requests, std::chrono::microseconds took);
    void batch_failed(std::string_view what);
    void repeat() { repeats_.Increment(); }
    void rate_limited() { rate_limited_.Increment(); }
    void connections(std::size_t open) { connections_.Set(static_cast<double>(open)); }
    void queue(std::size_t requests) { queue_.Set(static_cast<double>(requests)); }
    void log_lines_dropped(std::uint64_t lines) { dropped_lines_.Increment(static_cast<double>(lines)); }
    /// The Prometheus text format.
    [[nodiscard]] std::string text() const;

  private:
    prometheus::Registry registry_;
    prometheus::Family<prometheus::Counter>& requests_;
    prometheus::Family<prometheus::Counter>& events_;
    prometheus::Family<prometheus::Counter>& refusals_;
    prometheus::Family<prometheus::Counter>& failures_;
    prometheus::Counter& repeats_;
    prometheus::Counter& rate_limited_;
    prometheus::Counter& dropped_lines_;
    prometheus::Gauge& connections_;
    prometheus::Gauge& queue_;
    prometheus::Histogram& request_seconds_;
    prometheus::Histogram& batch_requests_;
    prometheus::Histogram& batch_seconds_;
};

}  // namespace callflex::ingress
