#pragma once
// When the attempt whose outcome is in doubt was made: handed from attempt to attempt as heartbeat details.

#include <boost/describe.hpp>
#include <chrono>
#include <optional>

#include "engine/worker/activities.hpp"

namespace callflex {

/// A worker that dies takes its knowledge along, but its death is counted: a note made before the last death
/// says nothing about what that worker did.
struct AttemptNote {
    durable::Timestamp attempted_at;
    int lost_attempts = 0;
};
BOOST_DESCRIBE_STRUCT(AttemptNote, (), (attempted_at, lost_attempts))

/// Database time, carried on by this machine's steady clock from the moment the object was made.
class AttemptClock {
  public:
    explicit AttemptClock(const durable::ActivityInfo& info) : base_(info.started_at) {}
    [[nodiscard]] durable::Timestamp now() const {
        return base_ +
               std::chrono::duration_cast<durable::Duration>(std::chrono::steady_clock::now() - begin_);
    }

  private:
    durable::Timestamp base_;
    std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

void note_attempt(durable::ActivityContext& context, durable::Timestamp attempted_at);

/// Nullopt when nothing is noted, or when a worker has died since.
[[nodiscard]] std::optional<durable::Timestamp> noted_attempt(const durable::ActivityContext& context);

}  // namespace callflex
