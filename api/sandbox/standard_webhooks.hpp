#pragma once
// How a customer checks a webhook: Standard Webhooks 1.0.0, the symmetric signature, five minutes to both sides.

#include <chrono>
#include <string>
#include <vector>

#include "api/sandbox/exchange.hpp"

namespace callflex::sandbox {

/// "" when one of the secrets ("whsec_...") signed this request in time; else what is wrong with it.
[[nodiscard]] std::string problem_of_signature(const Ask& ask, const std::vector<std::string>& secrets,
                                               std::chrono::system_clock::time_point now);

}  // namespace callflex::sandbox
