#pragma once
// Faults on request. As JSON (POST /sandbox/faults); everything but vendor and mode is optional:
//
//   {"vendor": "twilio" | "resend" | "openai" | "vapi" | "stripe" | "customers" | "*",
//    "mode": "error"        answered with "status" (500), nothing done
//          | "timeout"      never answered, nothing done
//          | "lost_answer"  done, then the connection is closed without an answer
//          | "failed_after" done, and answered with "status" all the same
//          | "delay"        done, answered "delay_ms" (1000) later
//          | "rate_limit"   429 with Retry-After "retry_after" (1), nothing done
//          | "duplicate",   done twice, as if the request had arrived twice
//    "rate": 1.0, "seed": 1,      which requests are hit: the same ones for the same seed
//    "times": 3,                  how many at most
//    "method": "POST", "path": "/emails"}    only requests with this method, and with this in their path

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "api/sandbox/exchange.hpp"

namespace callflex::sandbox {

enum class FaultMode : std::uint8_t {
    error,
    timeout,
    lost_answer,
    failed_after,
    delay,
    rate_limit,
    duplicate
};

struct Fault {
    std::string vendor;
    FaultMode mode = FaultMode::error;
    double rate = 1.0;
    std::uint64_t seed = 1;
    std::optional<std::uint64_t> times{};
    int status = 500;
    std::chrono::milliseconds delay{1000};
    int retry_after = 1;
    std::string method{};
    std::string path{};
    std::uint64_t fired = 0;
    std::mt19937_64 random{1};
};

[[nodiscard]] std::string_view name_of(FaultMode mode);
/// Or what is wrong with it.
[[nodiscard]] std::variant<Fault, std::string> read_fault(const nlohmann::json& text);
[[nodiscard]] nlohmann::json as_json(const Fault& fault);

/// The faults in force. Used on the sandbox's thread only.
class FaultPlan {
  public:
    void add(Fault fault) { faults_.push_back(std::move(fault)); }
    /// "" for all vendors.
    void remove(const std::string& vendor);
    /// The first fault that hits this request; null for none. Valid until the plan changes.
    [[nodiscard]] const Fault* draw(std::string_view vendor, const Ask& ask);
    [[nodiscard]] nlohmann::json report() const;
    [[nodiscard]] const std::vector<Fault>& all() const { return faults_; }

  private:
    std::vector<Fault> faults_;
};

}  // namespace callflex::sandbox
