#pragma once
// What the product has processed.

#include <cstdint>
#include <string>

namespace callflex::bench {

/// Calls that were processed to their good end.
[[nodiscard]] std::int64_t ended_calls(const std::string& url);

}  // namespace callflex::bench
