#pragma once
// A spec that cannot be understood: which schedule, which part, what would be right.

#include <stdexcept>

namespace durable::schedule {

class ScheduleError : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

}  // namespace durable::schedule
