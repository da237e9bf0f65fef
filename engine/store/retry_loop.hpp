#pragma once
// How often and how long a call goes on when the database does not answer or asks to come again.

#include <chrono>
#include <optional>
#include <random>
#include <string>

#include "engine/store/session.hpp"

namespace durable::store {

/// One call's patience. Not shared between threads.
class RetryLoop {
  public:
    explicit RetryLoop(std::chrono::milliseconds patience);

    /// Waits before the next try: 10 ms, growing to 1 s, with jitter. Throws StoreUnavailable with the reason
    /// when the patience would be over.
    void again(const std::string& why);
    /// What to do about an error: waits, after dropping the session if it is of no use any more. Rethrows (as
    /// itself) what trying again cannot mend.
    void again(Session& session, const DatabaseError& error);

  private:
    std::chrono::steady_clock::time_point deadline_;
    std::chrono::milliseconds delay_{10};
    std::optional<std::minstd_rand> jitter_{};
};

}  // namespace durable::store
