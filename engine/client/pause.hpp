#pragma once
// How long to wait before looking again; included by this room's .cpp files only.

#include <algorithm>
#include <chrono>

namespace durable::client {

/// 2, 3, 4, 6, 9 ... 50 ms: finds quick runs quickly and does not press on a database that is busy with slow
/// ones.
class Pause {
  public:
    std::chrono::milliseconds next(std::chrono::milliseconds left) {
        const std::chrono::milliseconds now = std::min(length_, left);
        length_ = std::min(length_ + length_ / 2, longest);
        return now;
    }

  private:
    static constexpr std::chrono::milliseconds longest{50};
    std::chrono::milliseconds length_{2};
};

}  // namespace durable::client
