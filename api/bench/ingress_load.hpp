#pragma once
// Load for the ingress: signed end-of-call reports of distinct calls over kept-alive connections, as fast as
// they are answered or at a given rate. Counts what was acknowledged, so that a test can look for each one in the
// database.

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace callflex::bench {

/// Whose calls are reported.
struct Reporter {
    std::string organization;  ///< UUID
    std::string secret;        ///< signs by VAPI's hmac defaults
};

struct IngressLoadOptions {
    std::string address = "127.0.0.1";
    std::uint16_t port = 8080;
    std::vector<Reporter> reporters;  ///< take turns; at least one
    int connections = 64;
    std::chrono::milliseconds duration{5'000};
    std::size_t report_bytes = 2048;  ///< size of each body, at least 1 KiB
    std::size_t reports = 0;          ///< ends once so many were sent; 0: when the time is over
    std::string
        recordings_url{};   ///< where each call's recording is: "<url>/<call id>.wav"; "": none was made
    double per_second = 0;  ///< reports in all, evenly spread; 0: as fast as they are answered
    bool distinct_callers = false;  ///< each call from a number of its own, not all from one
};

struct IngressLoadResult {
    std::vector<std::string> acknowledged;  ///< VAPI call ids whose report was answered 200
    std::uint64_t refused = 0;              ///< other answers
    std::uint64_t broken = 0;               ///< connections that ended before they were told to
    std::chrono::duration<double> took{};
    double requests_per_second = 0;  ///< acknowledged ones
    std::chrono::microseconds p50{};
    std::chrono::microseconds p99{};
    std::chrono::microseconds p999{};
};

/// Blocks for the duration, or until no connection is left; one thread. Throws std::runtime_error when not
/// one connection can be made.
[[nodiscard]] IngressLoadResult run_ingress_load(const IngressLoadOptions& options);

/// A report of a two-minute call as VAPI sends it, of about that many bytes; with a recording unless it has no URL.
[[nodiscard]] std::string sample_report(const std::string& vapi_call_id, std::size_t bytes,
                                        const std::string& recording_url = {},
                                        const std::string& caller = "+15550100123");

}  // namespace callflex::bench
