#pragma once
// Waiting for a condition, not for time.

#include <chrono>
#include <functional>

namespace test {

/// True once the condition holds; false after `patience`, which is far more than anything needs: only a test that
/// fails waits so long. The condition is asked again and again, on the caller's thread.
[[nodiscard]] bool eventually(const std::function<bool()>& condition,
                              std::chrono::milliseconds patience = std::chrono::minutes{1});

}  // namespace test
