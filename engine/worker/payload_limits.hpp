#pragma once
// Payloads that are too large, found where they are made: the name, the size and the source line, instead of
// an error of the database much later. Pure.

#include <optional>
#include <string>

#include "engine/replay/execution.hpp"
#include "engine/workflow/failure.hpp"
#include "engine/workflow/payload.hpp"

namespace durable::worker {

/// Names the activity and the line that has scheduled it. Final: the same result would come again.
[[nodiscard]] std::optional<Failure> result_too_large(const history::ActivityScheduled& activity,
                                                      const Payload& result, const PayloadLimits& limits);

/// Why an activation that the code has just made cannot be recorded: the first of its payloads above the
/// limit. Nothing is looked at when the whole of it, `bytes` long, is below.
[[nodiscard]] std::optional<replay::Blocked> command_too_large(const history::Activation& activation,
                                                               std::size_t bytes,
                                                               const PayloadLimits& limits);

/// What people should know of, although it is recorded: payloads between the two limits.
[[nodiscard]] std::optional<std::string> large_payload(const history::Activation& activation,
                                                       std::size_t bytes, const PayloadLimits& limits);

}  // namespace durable::worker
